"""Week 3: right solutions written differently."""

import numpy as np
import torch
from torch import nn

from autograder.authoring import alternative

from .lesson import lstm_step, sigmoid


@alternative("SimpleLSTM")
def gates_in_one_product():
    """All gates in one product, arrays allocated once, a forward that does not call the step."""

    class SimpleLSTM:
        def __init__(self, input_size, hidden_size, rng):
            self.hidden_size = hidden_size

            def draw(*shape):
                return (2 * rng.random(shape) - 1) / np.sqrt(hidden_size)

            width = input_size + hidden_size
            self.W_f, self.b_f = draw(hidden_size, width), draw(hidden_size)
            self.W_i, self.b_i = draw(hidden_size, width), draw(hidden_size)
            self.W_C, self.b_C = draw(hidden_size, width), draw(hidden_size)
            self.W_o, self.b_o = draw(hidden_size, width), draw(hidden_size)

        def _activations(self, x_t, h_prev):
            weights = np.concatenate([self.W_f, self.W_i, self.W_o, self.W_C])
            biases = np.concatenate([self.b_f, self.b_i, self.b_o, self.b_C])
            a = np.hstack((h_prev, x_t)) @ weights.T + biases
            f, i, o, g = np.split(a, 4, axis=-1)
            return {
                "input": sigmoid(i),
                "forget": sigmoid(f),
                "output": sigmoid(o),
                "cell": np.tanh(g),
            }

        def forward_step(self, x_t, h_prev, C_prev):
            act = self._activations(x_t, h_prev)
            C_new = C_prev * act["forget"] + act["cell"] * act["input"]
            return act["output"] * np.tanh(C_new), C_new, act

        def forward(self, X):
            B, T, _ = X.shape
            hidden_states, cell_states = np.zeros((2, B, T + 1, self.hidden_size))
            gates = {
                k: np.empty((B, T, self.hidden_size)) for k in ("forget", "input", "cell", "output")
            }
            for t in range(T):
                act = self._activations(X[:, t], hidden_states[:, t])
                cell_states[:, t + 1] = (
                    act["forget"] * cell_states[:, t] + act["input"] * act["cell"]
                )
                hidden_states[:, t + 1] = act["output"] * np.tanh(cell_states[:, t + 1])
                for k, value in act.items():
                    gates[k][:, t] = value
            return hidden_states, cell_states, gates


@alternative("SimpleLSTM")
def two_products_a_gate():
    """Two products a gate, the sigmoid written out, one list of gates for each name."""

    class SimpleLSTM:
        def __init__(self, input_size, hidden_size, rng):
            self.H, self.D = hidden_size, input_size
            low, high = -(hidden_size**-0.5), hidden_size**-0.5
            for letter in "fiCo":
                matrix = rng.uniform(low, high, (hidden_size, hidden_size + input_size))
                self.__dict__["W_" + letter] = matrix
                self.__dict__["b_" + letter] = rng.uniform(low, high, (hidden_size,))

        def forward_step(self, x_t, h_prev, C_prev):
            def before(W, b):
                return np.einsum("bj,ij->bi", h_prev, W[:, : self.H]) + x_t @ W[:, self.H :].T + b

            def logistic(a):
                return 1.0 / (1.0 + np.exp(-a))

            gates = {}
            gates["forget"] = logistic(before(self.W_f, self.b_f))
            gates["input"] = logistic(before(self.W_i, self.b_i))
            gates["cell"] = np.tanh(before(self.W_C, self.b_C))
            gates["output"] = logistic(before(self.W_o, self.b_o))
            C = np.array(C_prev)
            C *= gates["forget"]
            C += gates["input"] * gates["cell"]
            return np.tanh(C) * gates["output"], C, gates

        def forward(self, X):
            H_all = [np.zeros((X.shape[0], self.H))]
            C_all = [np.zeros((X.shape[0], self.H))]
            over_time = {"forget": [], "input": [], "cell": [], "output": []}
            for x_t in np.swapaxes(X, 0, 1):
                h, C, gates = self.forward_step(x_t, H_all[-1], C_all[-1])
                H_all.append(h)
                C_all.append(C)
                for name in over_time:
                    over_time[name].append(gates[name])
            join = lambda arrays: np.swapaxes(np.array(arrays), 0, 1)
            return join(H_all), join(C_all), {name: join(v) for name, v in over_time.items()}


@alternative("SimpleLSTM")
def activations_in_own_dictionary():
    """Activations in a dictionary of their own class, arrays allocated in the type of the input."""

    class Activations(dict):
        """The four activations, by name."""

    class SimpleLSTM:
        GATES = {"forget": "f", "input": "i", "cell": "C", "output": "o"}

        def __init__(self, input_size, hidden_size, rng):
            self.hidden_size = hidden_size
            bound = 1 / np.sqrt(hidden_size)
            for letter in self.GATES.values():
                size = (hidden_size, hidden_size + input_size)
                setattr(self, f"W_{letter}", rng.uniform(-bound, bound, size=size))
            for letter in self.GATES.values():
                setattr(self, f"b_{letter}", rng.uniform(-bound, bound, size=hidden_size))

        def forward_step(self, x_t, h_prev, C_prev):
            z = np.hstack([h_prev, x_t])
            act = Activations()
            for name, letter in self.GATES.items():
                a = np.dot(z, getattr(self, f"W_{letter}").T) + getattr(self, f"b_{letter}")
                act[name] = np.tanh(a) if name == "cell" else sigmoid(a)
            C = act["forget"] * C_prev + act["input"] * act["cell"]
            return act["output"] * np.tanh(C), C, act

        def forward(self, X):
            B, T, _ = X.shape
            hidden_states = np.zeros((B, T + 1, self.hidden_size), dtype=X.dtype)
            cell_states = np.zeros_like(hidden_states)
            gates = Activations()
            for t in range(T):
                h, C, act = self.forward_step(X[:, t, :], hidden_states[:, t], cell_states[:, t])
                hidden_states[:, t + 1, :], cell_states[:, t + 1, :] = h, C
                for name in act:
                    gates.setdefault(name, []).append(act[name])
            for name in gates:
                gates[name] = np.array(gates[name]).transpose(1, 0, 2)
            return hidden_states, cell_states, gates


@alternative("lstm_step")
def joined_weights_sliced():
    """Slices of one product with joined weights, by F.linear; one sigmoid for all blocks."""

    def lstm_step(x, state, W_ih, W_hh, b_ih, b_hh):
        hidden, cell = state
        H = hidden.size(-1)
        weights = torch.cat([W_ih, W_hh], dim=1)
        a = nn.functional.linear(torch.cat([x, hidden], dim=1), weights, b_ih + b_hh)
        gates = torch.sigmoid(a)
        candidate = torch.tanh(a[:, 2 * H : 3 * H])
        cell = torch.addcmul(gates[:, H : 2 * H] * cell, gates[:, :H], candidate)
        return (gates[:, 3 * H :] * cell.tanh(), cell)


@alternative("lstm_step")
def one_block_at_a_time():
    """One block of rows at a time, no cutting; the sigmoid written out."""

    def lstm_step(x, state, W_ih, W_hh, b_ih, b_hh):
        h, c = state
        H = h.shape[1]

        def block(k):
            rows = slice(k * H, (k + 1) * H)
            return (
                torch.einsum("bd,hd->bh", x, W_ih[rows])
                + torch.matmul(h, W_hh[rows].mT)
                + b_ih[rows]
                + b_hh[rows]
            )

        def share(a):
            return 1 / (1 + torch.exp(-a))

        kept = share(block(1)) * c
        written = share(block(0)) * torch.tanh(block(2))
        new_c = kept + written
        new_h = share(block(3)) * torch.tanh(new_c)
        return new_h, new_c


@alternative("lstm_step")
def callable_object():
    """An object that is called, the blocks by torch.split."""

    class LSTMStep:
        def __call__(self, x, state, W_ih, W_hh, b_ih, b_hh):
            h, c = state
            gates = nn.functional.linear(x, W_ih, b_ih) + nn.functional.linear(h, W_hh, b_hh)
            i, f, g, o = torch.split(gates, h.shape[1], dim=1)
            c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(c_new), c_new

    lstm_step = LSTMStep()  # noqa: F841


@alternative("gru_step")
def both_gates_at_once():
    """Slices, both gates at once, the mixture as a step from n towards h."""

    def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
        H = h.shape[-1]
        gi = nn.functional.linear(x, W_ih, b_ih)
        gh = nn.functional.linear(h, W_hh, b_hh)
        reset, update = (gi[:, : 2 * H] + gh[:, : 2 * H]).sigmoid().split(H, dim=1)
        candidate = (gi[:, 2 * H :] + reset * gh[:, 2 * H :]).tanh()
        return candidate + update * (h - candidate)


@alternative("gru_step")
def one_equation_a_line():
    """Weights unpacked first, then one equation a line."""

    def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
        W_ir, W_iz, W_in = torch.tensor_split(W_ih, 3)
        W_hr, W_hz, W_hn = torch.tensor_split(W_hh, 3)
        b_ir, b_iz, b_in = torch.tensor_split(b_ih, 3)
        b_hr, b_hz, b_hn = torch.tensor_split(b_hh, 3)
        sigma = lambda a: 0.5 * (1 + torch.tanh(a / 2))
        r = sigma(x @ W_ir.T + b_ir + h @ W_hr.T + b_hr)
        z = sigma(x @ W_iz.T + b_iz + h @ W_hz.T + b_hz)
        n = torch.tanh(x @ W_in.T + b_in + r * (h @ W_hn.T + b_hn))
        return torch.lerp(n, h, z)


@alternative("gru_step")
def squash_given_beforehand():
    """A function of one argument more, which is given beforehand."""
    from functools import partial

    def step_with(squash, x, h, W_ih, W_hh, b_ih, b_hh):
        x_r, x_z, x_n = (torch.mm(x, W_ih.t()) + b_ih).chunk(3, -1)
        h_r, h_z, h_n = (torch.mm(h, W_hh.t()) + b_hh).chunk(3, -1)
        reset = squash(x_r + h_r)
        update = squash(x_z + h_z)
        new = torch.tanh(x_n + reset * h_n)
        return new - update * new + update * h

    gru_step = partial(step_with, torch.sigmoid)  # noqa: F841


@alternative("CharLSTM")
def one_hot_products():
    """One-hot products for the embedding, logits made step by step, parameters by name."""

    class CharLSTM(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            nn.Module.__init__(self)
            self.hidden_dim, self.vocab_size = hidden_dim, vocab_size
            shapes = {"W_ih": (4 * hidden_dim, embed_dim), "W_hh": (4 * hidden_dim, hidden_dim)}
            shapes |= {"b_ih": (4 * hidden_dim,), "b_hh": (4 * hidden_dim,)}
            shapes |= {"W_out": (vocab_size, hidden_dim), "b_out": (vocab_size,)}
            for name, shape in shapes.items():
                start = (2 * torch.rand(shape) - 1) * hidden_dim**-0.5
                self.register_parameter(name, nn.Parameter(start))
            self.embedding = nn.Parameter(torch.normal(0.0, 1.0, (vocab_size, embed_dim)))

        def forward(self, ids, state=None):
            B, T = ids.shape
            if state is None:
                h = torch.zeros(B, self.hidden_dim, device=ids.device)
                c = torch.zeros(B, self.hidden_dim, device=ids.device)
            else:
                h, c = state
            one_hot = nn.functional.one_hot(ids, self.vocab_size).to(self.embedding.dtype)
            logits = []
            for t in range(T):
                e = one_hot[:, t] @ self.embedding
                h, c = lstm_step(e, (h, c), self.W_ih, self.W_hh, self.b_ih, self.b_hh)
                logits.append(nn.functional.linear(h, self.W_out, self.b_out))
            return torch.stack(logits, 1), (h, c)


@alternative("CharLSTM")
def inputs_projected_first():
    """No lstm_step: all inputs projected in one product, then a loop over the rest."""

    class CharLSTM(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            H = hidden_dim
            self.embedding = nn.Parameter(torch.randn(vocab_size, embed_dim))
            self.W_ih = nn.Parameter(torch.empty(4 * H, embed_dim))
            self.W_hh = nn.Parameter(torch.empty(4 * H, H))
            self.b_ih = nn.Parameter(torch.empty(4 * H))
            self.b_hh = nn.Parameter(torch.empty(4 * H))
            self.W_out = nn.Parameter(torch.empty(vocab_size, H))
            self.b_out = nn.Parameter(torch.empty(vocab_size))
            for name, parameter in self.named_parameters():
                if name != "embedding":
                    nn.init.uniform_(parameter, -1 / H**0.5, 1 / H**0.5)

        def forward(self, ids, state=None):
            projected = (
                nn.functional.embedding(ids, self.embedding) @ self.W_ih.T + self.b_ih + self.b_hh
            )
            B, T, width = projected.shape
            h, c = state if state is not None else projected.new_zeros(2, B, width // 4)
            outputs = projected.new_empty(B, 0, width // 4)
            for t in range(T):
                i, f, g, o = (projected[:, t] + h @ self.W_hh.T).chunk(4, dim=-1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                outputs = torch.cat([outputs, h[:, None]], dim=1)
            return torch.einsum("bth,vh->btv", outputs, self.W_out) + self.b_out, (h, c)


@alternative("CharLSTM")
def logits_into_allocated_tensor():
    """Zeros in 32 bits where the ids are, logits into a tensor that is allocated once."""

    class CharLSTM(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.hidden_dim = hidden_dim
            k = 1 / np.sqrt(hidden_dim)
            self.embedding = nn.Parameter(torch.empty(vocab_size, embed_dim).normal_())
            self.W_ih = nn.Parameter(torch.rand(4 * hidden_dim, embed_dim) * 2 * k - k)
            self.W_hh = nn.Parameter(torch.rand(4 * hidden_dim, hidden_dim) * 2 * k - k)
            self.b_ih = nn.Parameter(torch.rand(4 * hidden_dim) * 2 * k - k)
            self.b_hh = nn.Parameter(torch.rand(4 * hidden_dim) * 2 * k - k)
            self.W_out = nn.Parameter(torch.rand(vocab_size, hidden_dim) * 2 * k - k)
            self.b_out = nn.Parameter(torch.rand(vocab_size) * 2 * k - k)

        def forward(self, ids, state=None):
            B, T = ids.size()
            if state is None:
                h = torch.zeros(B, self.hidden_dim, device=ids.device)
                c = torch.zeros(B, self.hidden_dim, device=ids.device)
            else:
                h, c = state
            logits = self.b_out.new_empty(B, T, len(self.b_out))
            for t in range(T):
                x = self.embedding[ids[:, t]]
                h, c = lstm_step(x, (h, c), self.W_ih, self.W_hh, self.b_ih, self.b_hh)
                logits[:, t] = h @ self.W_out.T + self.b_out
            return logits, (h, c)


@alternative("set_forget_bias")
def half_in_each_bias():
    """By name, half of the value in each."""

    def set_forget_bias(lstm, value):
        for name, parameter in lstm.named_parameters():
            if name.startswith("bias"):
                i, f, g, o = parameter.data.chunk(4)
                f.fill_(value / 2)


@alternative("set_forget_bias")
def makes_up_for_other_bias():
    """Only the input bias is changed; it makes up for what the other one holds."""

    @torch.no_grad()
    def set_forget_bias(lstm, value):
        H = lstm.hidden_size
        rows = torch.arange(H, 2 * H)
        for k in range(lstm.num_layers):
            b_ih, b_hh = getattr(lstm, f"bias_ih_l{k}"), getattr(lstm, f"bias_hh_l{k}")
            b_ih[rows] = value - b_hh[rows]


@alternative("adding_batch")
def one_example_at_a_time():
    """One example at a time, the target as a sum of products."""

    def adding_batch(B, T, generator):
        X = torch.zeros(B, T, 2)
        half = T // 2
        for b in range(B):
            X[b, :, 0] = torch.rand(T, generator=generator)
            X[b, int(torch.randint(half, (1,), generator=generator)), 1] = 1
            X[b, half + int(torch.randint(T - half, (1,), generator=generator)), 1] = 1
        return X, (X[..., 0] * X[..., 1]).sum(dim=1)


@alternative("adding_batch")
def largest_of_random_scores():
    """The step with the largest of random scores in each half; one-hot markers."""

    def adding_batch(B, T, generator):
        scores = torch.rand(B, T, generator=generator)
        early = nn.functional.one_hot(scores[:, : T // 2].argmax(1), T // 2)
        late = nn.functional.one_hot(scores[:, T // 2 :].argmax(1), T - T // 2)
        markers = torch.cat([early, late], dim=1).float()
        values = torch.empty(B, T).uniform_(0, 1, generator=generator)
        return torch.stack((values, markers), 2), torch.einsum("bt,bt->b", values, markers)
