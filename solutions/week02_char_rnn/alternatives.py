"""Week 2: right solutions written differently."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.authoring import alternative


@alternative("CharVocab")
def sorted_code_points():
    """Code points in a sorted tensor; ids by binary search, no dictionary."""

    class CharVocab:
        def __init__(self, text):
            self.codes = torch.tensor([ord(c) for c in text], dtype=torch.long).unique()
            self.chars = [chr(code) for code in self.codes]

        def __len__(self):
            return self.codes.numel()

        def encode(self, text):
            codes = torch.tensor([ord(c) for c in text], dtype=torch.long)
            ids = torch.searchsorted(self.codes, codes).clamp(max=len(self) - 1)
            wrong = self.codes[ids] != codes
            if wrong.any():
                raise ValueError(f"cannot encode {chr(codes[wrong][0])}")
            return ids

        def decode(self, ids):
            return "".join(map(chr, self.codes[torch.as_tensor(ids, dtype=torch.long)].tolist()))


@alternative("CharVocab")
def lists_only():
    """Lists only, one character at a time."""

    class CharVocab:
        def __init__(self, text):
            self.chars = []
            for char in sorted(text):
                if char not in self.chars:
                    self.chars.append(char)

        def __len__(self):
            return len(self.chars)

        def encode(self, text):
            ids = torch.empty(len(text), dtype=torch.int64)
            for position, char in enumerate(text):
                try:
                    ids[position] = self.chars.index(char)
                except ValueError:
                    raise ValueError(f"character {char} at {position} is unknown") from None
            return ids

        def decode(self, ids):
            text = ""
            for i in ids:
                text += self.chars[int(i)]
            return text


@alternative("CharVocab")
def dictionary_with_methods():
    """A dictionary from character to id."""

    class CharVocab(dict):
        def __init__(self, text):
            super().__init__((char, i) for i, char in enumerate(sorted(set(text))))
            self.chars = list(self)

        def encode(self, text):
            unknown = sorted(set(text) - set(self))
            if unknown:
                raise ValueError("not in the vocabulary: " + ", ".join(map(repr, unknown)))
            return torch.as_tensor([self[char] for char in text], dtype=torch.int64)

        def decode(self, ids):
            ids = ids.tolist() if torch.is_tensor(ids) else ids
            return "".join([self.chars[i] for i in ids])


@alternative("embed")
def torchs_own_look_up():
    embed = F.embedding  # noqa: F841


@alternative("embed")
def one_hot_product():
    def embed(ids, W):
        return F.one_hot(ids, len(W)).to(W.dtype) @ W


@alternative("embed")
def stacks_rows_one_by_one():
    def embed(ids, W):
        return torch.stack([torch.stack([W[int(i)] for i in row]) for row in ids])


@alternative("embed")
def flat_index_select():
    def embed(ids, W):
        return W.index_select(0, ids.reshape(-1)).reshape(*ids.shape, -1)


@alternative("CharRNN")
def time_major_inside():
    """Time-major inside, and the start state always made."""

    class CharRNN(nn.Module):
        def __init__(self, vocab_size, hidden_size):
            super().__init__()
            self.H = hidden_size
            self.rnn = nn.RNN(input_size=hidden_size, hidden_size=hidden_size)
            self.embedding = nn.Embedding(vocab_size, hidden_size)
            self.linear = nn.Linear(hidden_size, vocab_size)

        def forward(self, x, hidden=None):
            if hidden is None:
                hidden = self.init_hidden(x.size(0))
            output, last = self.rnn(self.embedding(x.T), hidden)
            return self.linear(output).permute(1, 0, 2), last

        def init_hidden(self, batch_size):
            parameter = next(self.parameters())
            return torch.zeros(
                1, batch_size, self.H, dtype=parameter.dtype, device=parameter.device
            )


@alternative("CharRNN")
def step_by_step():
    """One step at a time, and the linear layer as a product."""

    class CharRNN(nn.Module):
        def __init__(self, vocab_size, hidden_size):
            super(CharRNN, self).__init__()
            self.rnn = nn.RNN(hidden_size, hidden_size, num_layers=1, batch_first=True)
            self.linear = nn.Linear(hidden_size, vocab_size)
            self.embedding = nn.Embedding(vocab_size, hidden_size)

        def forward(self, x, hidden=None):
            logits = []
            for t in range(x.shape[1]):
                state, hidden = self.rnn(self.embedding(x[:, t : t + 1]), hidden)
                logits.append(state[:, 0] @ self.linear.weight.T + self.linear.bias)
            return torch.stack(logits, dim=1), hidden

        def init_hidden(self, batch_size):
            return torch.zeros(1, batch_size, self.rnn.hidden_size).to(self.linear.weight)


@alternative("CharRNN")
def layers_of_other_classes():
    """A lazy layer, and a subclass of a layer; the state's size from the embedding."""

    class TanhRNN(nn.RNN):
        def __init__(self, size):
            super().__init__(size, size, nonlinearity="tanh", batch_first=True)

    class CharRNN(nn.Module):
        def __init__(self, vocab_size, hidden_size):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, hidden_size)
            self.rnn = TanhRNN(hidden_size)
            self.linear = nn.LazyLinear(vocab_size)

        def forward(self, x, hidden=None):
            output = self.rnn(self.embedding(x), hidden)
            return self.linear(output[0]), output[1]

        def init_hidden(self, batch_size):
            weight = self.embedding.weight
            size = weight.size(1)
            return torch.zeros((1, batch_size, size), dtype=weight.dtype, device=weight.device)


@alternative("make_streams")
def computes_every_place():
    """Place by place: where in the text does entry (n, b, t) come from?"""

    def make_streams(ids, B, T):
        N = (len(ids) - 1) // (B * T)
        if N < 1:
            raise ValueError("not enough characters for one chunk")
        n, b, t = torch.meshgrid(torch.arange(N), torch.arange(B), torch.arange(T), indexing="ij")
        place = b * (N * T) + n * T + t
        return ids[place], ids[place + 1]


@alternative("make_streams")
def lists_of_slices():
    def make_streams(ids, B, T):
        total = (len(ids) - 1) // (B * T)
        if total < 1:
            raise ValueError("not enough characters for one chunk")
        xs, ys = [], []
        for n in range(total):
            starts = [b * total * T + n * T for b in range(B)]
            xs.append(torch.stack([ids[s : s + T] for s in starts]))
            ys.append(torch.stack([ids[s + 1 : s + T + 1] for s in starts]))
        return torch.stack(xs), torch.stack(ys)


@alternative("make_streams")
def overlapping_windows():
    """Streams with one id too many, then overlapping windows of T + 1."""

    def make_streams(ids, B, T):
        N = (len(ids) - 1) // (B * T)
        if N < 1:
            raise ValueError("not enough characters for one chunk")
        rows = ids[: B * N * T + 1].unfold(0, N * T + 1, N * T)
        windows = rows.unfold(1, T + 1, T).permute(1, 0, 2)
        return windows[..., :-1], windows[..., 1:]


@alternative("clip_gradients")
def one_long_vector():
    """All gradients as one long vector, and a factor that is 1 when nothing is to be done."""

    def clip_gradients(parameters, max_norm):
        parameters = [p for p in parameters if p.grad is not None]
        if not parameters:
            return torch.tensor(0.0)
        flat = torch.cat([p.grad.reshape(-1) for p in parameters])
        norm = torch.linalg.vector_norm(flat)
        factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
        for p in parameters:
            p.grad = p.grad * factor
        return norm


@alternative("clip_gradients")
def norm_of_norms():
    def clip_gradients(parameters, max_norm):
        chosen = list(filter(lambda p: p.grad is not None, parameters))
        total = torch.stack([p.grad.norm() for p in chosen]).norm().item() if chosen else 0
        scale = min(1.0, max_norm / total) if total else 1.0
        with torch.no_grad():
            for p in chosen:
                p.grad[...] = scale * p.grad
        return total


@alternative("clip_gradients")
def textbook_loop():
    """The textbook's sum over parameters, in place, with a list made first."""

    def clip_gradients(parameters, max_norm):
        params = [p for p in parameters]
        total = 0.0
        for p in params:
            if p.grad is not None:
                total += p.grad.detach().pow(2).sum().item()
        norm = total**0.5
        if norm > max_norm:
            for p in params:
                if p.grad is not None:
                    p.grad *= max_norm / norm
        return norm


@alternative("sample")
def gumbel_trick():
    """Gumbel's trick: argmax of logits plus noise draws from their softmax."""

    @torch.no_grad()
    def sample(model, vocab, prefix, n, temperature=1.0, generator=None):
        if not prefix or temperature < 0:
            raise ValueError("no prefix, or a temperature below 0")
        device = next(model.parameters()).device
        ids = vocab.encode(prefix).tolist()
        hidden = None
        logits, hidden = model(torch.tensor([ids], device=device), hidden)
        for _ in range(n):
            scores = logits[0, -1].double().cpu()
            if temperature > 0:
                noise = torch.rand(scores.shape, generator=generator, dtype=torch.float64)
                scores = scores / temperature - (-noise.log()).log()
            ids.append(int(scores.argmax()))
            logits, hidden = model(torch.tensor([ids[-1:]], device=device), hidden)
        return vocab.decode(ids)


@alternative("sample")
def inverse_distribution_function():
    """The prefix character by character, then the inverse of the distribution function."""

    def sample(model, vocab, prefix, n, temperature=1.0, generator=None):
        if not prefix or temperature < 0:
            raise ValueError("no prefix, or a temperature below 0")
        device = next(iter(model.parameters())).device
        text, hidden, logits = "", None, None
        with torch.inference_mode():
            for position in range(len(prefix) + n):
                if position < len(prefix):
                    new = int(vocab.encode(prefix[position])[0])
                else:
                    z = logits.reshape(-1).cpu()
                    if temperature == 0:
                        new = int(torch.argmax(z))
                    else:
                        p = torch.log_softmax(z / temperature, 0).exp()
                        u = torch.rand(1, generator=generator)
                        new = min(int(torch.searchsorted(p.cumsum(0), u)), len(p) - 1)
                text += vocab.decode([new])
                logits, hidden = model(torch.tensor([[new]]).to(device), hidden)
        return text


@alternative("sample")
def rereads_whole_text():
    """The whole text again for each character, without a state: slow and right."""

    def sample(model, vocab, prefix, n, temperature=1.0, generator=None):
        if not prefix or temperature < 0:
            raise ValueError("no prefix, or a temperature below 0")
        ids = vocab.encode(prefix).unsqueeze(0).to(next(model.parameters()).device)
        for _ in range(n):
            with torch.no_grad():
                out = model(ids)[0][:, -1, :]
            if temperature == 0:
                chosen = out.argmax(dim=-1, keepdim=True)
            else:
                probabilities = F.softmax(out / temperature, -1).cpu()
                chosen = torch.multinomial(probabilities, 1, generator=generator)
            ids = torch.cat([ids, chosen.to(ids.device)], dim=1)
        return vocab.decode(ids[0])
