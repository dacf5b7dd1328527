"""Week 3: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == SimpleLSTM ==

edit(
    "SimpleLSTM",
    "joins-x-first",
    "You join x_t before h_prev. The first H columns of every matrix belong to the hidden state, "
    "so it has to stand first.",
    ("[h_prev, x_t]", "[x_t, h_prev]"),
)
edit(
    "SimpleLSTM",
    "computes-h-from-old-cell",
    "Your hidden state shows the old cell state. Which of the two, C_prev or C, has the input of "
    "this step in it?",
    ("np.tanh(C)", "np.tanh(C_prev)"),
)
edit(
    "SimpleLSTM",
    "omits-tanh-of-cell-state",
    "Between the cell state and the hidden state something is missing: the cell state can grow "
    "beyond 1, the hidden state cannot.",
    ("np.tanh(C)", "C"),
)
edit(
    "SimpleLSTM",
    "applies-sigmoid-to-candidate",
    "Your candidate lies between 0 and 1, so nothing can ever be subtracted from the cell state. "
    "Which function squashes the candidate?",
    ("g = np.tanh", "g = sigmoid"),
)
edit(
    "SimpleLSTM",
    "applies-tanh-to-output-gate",
    "Your output gate can be negative. A gate is a share between 0 and 1.",
    ("o = sigmoid", "o = np.tanh"),
)
edit(
    "SimpleLSTM",
    "swaps-forget-and-input-gate",
    "Your forget gate and input gate have changed places: the forget gate multiplies the old cell "
    "state, the input gate the candidate.",
    ("f * C_prev + i * g", "i * C_prev + f * g"),
)
edit(
    "SimpleLSTM",
    "omits-gate-biases",
    "Your gates have no biases. Count what is added before each sigmoid.",
    (" + self.b_f", ""),
    (" + self.b_i", ""),
    (" + self.b_C", ""),
    (" + self.b_o", ""),
)
edit(
    "SimpleLSTM",
    "couples-input-and-forget-gates",
    "You use 1 - f in place of an input gate of its own. That is another cell (a coupled one); "
    "here i has its own weights.",
    ("i * g", "(1 - f) * g"),
)
edit(
    "SimpleLSTM",
    "resets-cell-state-every-step",
    "The cell state is not carried from step to step: every step starts with an empty one. What "
    "must forward keep besides h?",
    ("(X[:, t], h, C)", "(X[:, t], h, np.zeros_like(C))"),
)
edit(
    "SimpleLSTM",
    "resets-hidden-state-every-step",
    "The hidden state is not carried from step to step: the gates of every step see the start "
    "state.",
    ("(X[:, t], h, C)", "(X[:, t], np.zeros_like(h), C)"),
)
edit(
    "SimpleLSTM",
    "returns-cell-state-first",
    "Your step returns the cell state before the hidden state. The order is h, C, gates.",
    ("return h, C", "return C, h"),
)
edit(
    "SimpleLSTM",
    "omits-start-states",
    "The states have T + 1 entries along time. Which states are there before the first step?",
    ("[h], [C], []", "[], [], []"),
)
edit(
    "SimpleLSTM",
    "stacks-gates-time-first",
    "The activations of a sequence are stacked along the wrong axis: time comes after the batch, "
    "(B, T, H).",
    ("[step[name] for step in steps], axis=1", "[step[name] for step in steps], axis=0"),
)
edit(
    "SimpleLSTM",
    "returns-gate-pre-activations",
    "The activations must be handed out after the sigmoid and the tanh, not before.",
    ('"forget": f', '"forget": joined @ self.W_f.T + self.b_f'),
    ('"input": i', '"input": joined @ self.W_i.T + self.b_i'),
    ('"cell": g', '"cell": joined @ self.W_C.T + self.b_C'),
    ('"output": o', '"output": joined @ self.W_o.T + self.b_o'),
)
edit(
    "SimpleLSTM",
    "returns-cell-state-as-candidate",
    "The entry cell of gates is the candidate g, not the new cell state.",
    ('"cell": g', '"cell": C'),
)
edit(
    "SimpleLSTM",
    "overwrites-given-cell-state",
    "*= changes the cell state that was given to you: the one of the step before is lost. Make a "
    "new array.",
    (
        "C = f * C_prev + i * g",
        """
            C = C_prev
            C *= f
            C += i * g
        """,
    ),
)
edit(
    "SimpleLSTM",
    "bounds-parameters-by-fan-in",
    "Your bound comes from the H + D columns of a matrix. Here it is 1/√H: only the hidden units "
    "count, for all eight.",
    ("math.sqrt(hidden_size)", "math.sqrt(hidden_size + input_size)"),
)

edit(
    "SimpleLSTM",
    "goes-on-from-last-call",
    "forward goes on from the states that its last call ended with. The sequences of one call have "
    "nothing to do with those of another: start from zeros every time.",
    (
        "h = C = np.zeros((len(X), len(self.b_f)))",
        """
            if len(getattr(self, "h", ())) != len(X):
                self.h = self.C = np.zeros((len(X), len(self.b_f)))
            h, C = self.h, self.C
        """,
    ),
    ("gates = {name: np.stack(", "self.h, self.C = h, C\ngates = {name: np.stack("),
)
edit(
    "SimpleLSTM",
    "clips-cell-state",
    "You clip the cell state. Only the hidden state is squashed, by its tanh; the cell state may "
    "grow beyond any bound.",
    ("C = f * C_prev + i * g", "C = np.clip(f * C_prev + i * g, -10, 10)"),
)

# == lstm_step ==

edit(
    "lstm_step",
    "swaps-candidate-and-output-gate",
    "Candidate and output gate have changed places. The packed order is i, f, g, o.",
    ("i, f, g, o =", "i, f, o, g ="),
)
edit(
    "lstm_step",
    "swaps-input-and-forget-gate",
    "Input gate and forget gate have changed places. The packed order is i, f, g, o: the input "
    "gate comes first.",
    ("i, f, g, o =", "f, i, g, o ="),
)
edit(
    "lstm_step",
    "uses-onnx-gate-order",
    "The order of the four blocks is i, f, g, o. Yours, with the output gate in second place, is "
    "that of ONNX.",
    ("i, f, g, o =", "i, o, f, g ="),
)
edit(
    "lstm_step",
    "omits-recurrent-bias",
    "One bias is missing: b_hh belongs to the sum as well.",
    (" + b_hh", ""),
)
edit(
    "lstm_step",
    "omits-input-bias",
    "One bias is missing: b_ih belongs to the sum as well.",
    (" + b_ih", ""),
)
edit(
    "lstm_step",
    "applies-sigmoid-to-candidate",
    "Your candidate lies between 0 and 1. The third block goes through a tanh.",
    ("g.tanh()", "g.sigmoid()"),
)
edit(
    "lstm_step",
    "applies-tanh-to-output-gate",
    "Your output gate can be negative. The fourth block goes through a sigmoid, as every gate.",
    ("o.sigmoid()", "o.tanh()"),
)
edit(
    "lstm_step",
    "applies-tanh-to-input-gate",
    "Your input gate can be negative. The first block goes through a sigmoid, as every gate.",
    ("i.sigmoid()", "i.tanh()"),
)
edit(
    "lstm_step",
    "computes-h-from-old-cell",
    "Your hidden state shows the old cell state. It is made of the new one.",
    ("c = f.sigmoid() * c", "new = f.sigmoid() * c"),
    ("c.tanh(), c", "c.tanh(), new"),
)
edit(
    "lstm_step",
    "omits-tanh-of-cell-state",
    "The hidden state lacks its tanh: the cell state can grow beyond 1.",
    ("c.tanh()", "c"),
)
edit(
    "lstm_step",
    "returns-hidden-state-twice",
    "The second of the pair must be the new cell state. You return the hidden state in its place.",
    ("return o.sigmoid() * c.tanh(), c", "h = o.sigmoid() * c.tanh()\nreturn h, h"),
)
edit(
    "lstm_step",
    "returns-cell-state-first",
    "You return the cell state first. The pair is (h, c).",
    ("o.sigmoid() * c.tanh(), c", "c, o.sigmoid() * c.tanh()"),
)
edit(
    "lstm_step",
    "unpacks-cell-state-first",
    "You unpack the state as (c, h). The pair is (h, c), the hidden state first.",
    ("h, c = state", "c, h = state"),
)
edit(
    "lstm_step",
    "chunks-along-batch",
    "chunk cuts along the batch here. The four blocks lie next to each other along the last axis.",
    ("chunk(4, dim=1)", "chunk(4, dim=0)"),
)
edit(
    "lstm_step",
    "reads-gates-as-interleaved",
    "You cut neighbouring columns apart. Each block is H columns in a row: view as (B, 4, H), not "
    "as (B, H, 4).",
    ("chunk(4, dim=1)", "view(len(x), -1, 4).unbind(-1)"),
)
edit(
    "lstm_step",
    "detaches-state",
    "A state is detached on the way: the values are right, and no gradient reaches the steps "
    "before.",
    ("h, c = state", "h, c = (s.detach() for s in state)"),
)
edit(
    "lstm_step",
    "overwrites-given-cell-state",
    "*= changes the cell state that was given to you, and autograd needs its old value. Make a new "
    "tensor.",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c *= f.sigmoid()\nc += i.sigmoid() * g.tanh()",
    ),
)

edit(
    "lstm_step",
    "overflows-in-sigmoid",
    "exp(a) / (1 + exp(a)) is infinity over infinity for large a, in 32 bits from a = 89 on. "
    "torch.sigmoid does not overflow.",
    ("f.sigmoid()", "(f.exp() / (1 + f.exp()))"),
    ("i.sigmoid()", "(i.exp() / (1 + i.exp()))"),
    ("o.sigmoid()", "(o.exp() / (1 + o.exp()))"),
)
edit(
    "lstm_step",
    "clips-cell-state",
    "You clip the cell state. Only the hidden state is squashed, by its tanh; the cell state may "
    "grow beyond any bound.",
    ("i.sigmoid() * g.tanh()", "i.sigmoid() * g.tanh()\nc = c.clamp(-10, 10)"),
)

# == gru_step ==

edit(
    "gru_step",
    "applies-reset-before-product",
    "You apply the reset gate to h before the product, as the paper does. PyTorch applies it to "
    "the product and its bias: r * (h W_hnᵀ + b_hn).",
    ("r * h_n", "(r * h) @ W_hh.chunk(3)[2].T + b_hh.chunk(3)[2]"),
)
edit(
    "gru_step",
    "inverts-update-gate",
    "Your update gate works the other way round. With z = 1 the old state must stay.",
    ("(1 - z) * n + z * h", "z * n + (1 - z) * h"),
)
edit(
    "gru_step",
    "leaves-bias-outside-reset-gate",
    "The bias b_hn stands outside the reset gate. The gate multiplies the whole recurrent piece, "
    "its bias included.",
    (
        "n = torch.tanh(x_n + r * h_n)",
        "b_hn = b_hh.chunk(3)[2]\nn = torch.tanh(x_n + r * (h_n - b_hn) + b_hn)",
    ),
)
edit(
    "gru_step",
    "swaps-reset-and-update-gate",
    "Reset gate and update gate have changed places. The packed order is r, z, n.",
    ("r, z =", "z, r ="),
)
edit(
    "gru_step",
    "applies-reset-to-input-too",
    "Your reset gate multiplies the input piece too. It decides about the old state alone.",
    ("x_n + r * h_n", "r * (x_n + h_n)"),
)
edit(
    "gru_step",
    "omits-reset-gate",
    "Your candidate sees the old state without the reset gate.",
    ("r * h_n", "h_n"),
)
edit(
    "gru_step",
    "applies-sigmoid-to-candidate",
    "Your candidate lies between 0 and 1. It goes through a tanh, only the gates go through a "
    "sigmoid.",
    ("torch.tanh", "torch.sigmoid"),
)
edit(
    "gru_step",
    "omits-recurrent-bias",
    "The recurrent bias b_hh is missing.",
    (" + b_hh", ""),
)
edit(
    "gru_step",
    "omits-input-bias",
    "The input bias b_ih is missing.",
    (" + b_ih", ""),
)
edit(
    "gru_step",
    "drops-old-state-from-mixture",
    "The old state is missing in the mixture: z says how much of it is kept.",
    ("(1 - z) * n + z * h", "(1 - z) * n"),
)
edit(
    "gru_step",
    "chunks-along-batch",
    "chunk cuts along the batch here. The three blocks lie next to each other along the last axis.",
    ("from_x.chunk(3, dim=1)", "from_x.chunk(3, dim=0)"),
    ("from_h.chunk(3, dim=1)", "from_h.chunk(3, dim=0)"),
)
edit(
    "gru_step",
    "mixes-with-reset-gate",
    "You mix with the reset gate. The update gate z decides between candidate and old state.",
    ("(1 - z) * n + z * h", "(1 - r) * n + r * h"),
)
edit(
    "gru_step",
    "detaches-state",
    "The state is detached on the way: the values are right, and no gradient reaches the steps "
    "before.",
    ("from_x, from_h =", "h = h.detach()\nfrom_x, from_h ="),
)
edit(
    "gru_step",
    "applies-reset-to-input-only",
    "The reset gate stands at the wrong piece: it multiplies the recurrent one, not the one of the "
    "input.",
    ("x_n + r * h_n", "r * x_n + h_n"),
)
edit(
    "gru_step",
    "resets-candidate-by-update-gate",
    "Your candidate is reset by the update gate. The reset gate r comes first in the packed order, "
    "and belongs into the candidate.",
    ("r * h_n", "z * h_n"),
)

edit(
    "gru_step",
    "overflows-in-sigmoid",
    "exp(a) / (1 + exp(a)) is infinity over infinity for large a, in 32 bits from a = 89 on. "
    "torch.sigmoid does not overflow.",
    (
        "r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)",
        "r, z = (a.exp() / (1 + a.exp()) for a in (x_r + h_r, x_z + h_z))",
    ),
)

# == CharLSTM ==

edit(
    "CharLSTM",
    "ignores-given-state",
    "A state that is given has no effect: forward always starts from zeros.",
    ("embedded = self.embedding[ids]", "embedded, state = self.embedding[ids], None"),
)
edit(
    "CharLSTM",
    "reuses-initial-state-every-step",
    "Every step starts from the same state. Which state must step t + 1 read?",
    ("hidden = []", "hidden, start = [], state"),
    ("embedded[:, t], state", "embedded[:, t], start"),
)
edit(
    "CharLSTM",
    "resets-cell-state-every-step",
    "The hidden state is carried from step to step, the cell state is not. The LSTM's memory is "
    "the pair of both.",
    (
        "hidden.append(state[0])",
        "hidden.append(state[0])\nstate = state[0], torch.zeros_like(state[1])",
    ),
)
edit(
    "CharLSTM",
    "makes-start-state-on-cpu",
    "The zeros of the start state are made on the CPU, wherever the model is. "
    "self.W_hh.new_zeros(…) makes them where the weights are.",
    ("self.W_hh.new_zeros(", "torch.zeros("),
)
edit(
    "CharLSTM",
    "detaches-given-state",
    "A given state is detached, so no gradient reaches it. Whoever wants that detaches it before, "
    "in the training loop.",
    ("hidden = []", "hidden, state = [], (state[0].detach(), state[1].detach())"),
)
edit(
    "CharLSTM",
    "detaches-returned-state",
    "The returned state is detached, so no gradient comes back through it. Whoever wants that "
    "detaches it in the training loop.",
    ("self.b_out, state", "self.b_out, (state[0].detach(), state[1].detach())"),
)
edit(
    "CharLSTM",
    "looks-up-in-32-bits",
    "Something in forward has 32 bits, whatever the weights have, so model.double() does not work: "
    "one-hot rows, a .float(), a dtype by name? Index the embedding with ids, or take its dtype.",
    (
        "self.embedding[ids]",
        "nn.functional.one_hot(ids, len(self.embedding)).float() @ self.embedding",
    ),
)
edit(
    "CharLSTM",
    "stores-weights-as-plain-tensors",
    "No gradient reaches some of the weights. A plain tensor is no parameter: model.parameters() does "
    "not find it. Wrap each in nn.Parameter, and leave requires_grad on.",
    (
        "nn.Parameter(torch.empty(shape).uniform_(-bound, bound))",
        "torch.empty(shape).uniform_(-bound, bound)",
    ),
)


edit(
    "CharLSTM",
    "stacks-time-first",
    "You stack the hidden states with time first. The logits are (B, T, V): the batch comes first.",
    ("torch.stack(hidden, dim=1)", "torch.stack(hidden, dim=0)"),
)
edit(
    "CharLSTM",
    "returns-probabilities-not-logits",
    "You return probabilities. The cross entropy applies the softmax itself: return the logits.",
    (
        "torch.stack(hidden, dim=1) @ self.W_out.T + self.b_out",
        "(torch.stack(hidden, dim=1) @ self.W_out.T + self.b_out).softmax(dim=-1)",
    ),
)
edit(
    "CharLSTM",
    "computes-logits-from-cell-state",
    "Your logits come from the cell state. The linear layer reads the hidden state, which is what "
    "the output gate lets through.",
    ("hidden.append(state[0])", "hidden.append(state[1])"),
)
edit(
    "CharLSTM",
    "returns-only-last-logits",
    "You return the logits of the last step alone. Every character gets a prediction: (B, T, V).",
    ("torch.stack(hidden, dim=1)", "hidden[-1]"),
)
edit(
    "CharLSTM",
    "detaches-every-step",
    "The state is detached at every step, so no gradient goes back in time. Detach between chunks, "
    "in the training loop, if at all.",
    (
        "hidden.append(state[0])",
        "hidden.append(state[0])\nstate = state[0].detach(), state[1].detach()",
    ),
)
edit(
    "CharLSTM",
    "returns-hidden-state-only",
    "You return the hidden state alone. To go on with a text one needs the pair (h, c).",
    ("self.b_out, state", "self.b_out, state[0]"),
)
edit(
    "CharLSTM",
    "omits-output-bias",
    "The linear layer has a bias too: b_out.",
    (" + self.b_out", ""),
)
edit(
    "CharLSTM",
    "initializes-weights-to-zero",
    "Weights that all start at zero make all units alike, and they stay alike. Draw them.",
    ("uniform_(-bound, bound)", "zero_()"),
)

# == set_forget_bias ==

edit(
    "set_forget_bias",
    "sets-value-in-both-biases",
    "You set the value in both biases, so the gate gets twice as much. Their sum is what counts.",
    ("[H : 2 * H] = 0", "[H : 2 * H] = value"),
)
edit(
    "set_forget_bias",
    "sets-only-one-bias",
    "You set one bias and leave the other as it was drawn. Their sum is what counts.",
    ('getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0', ""),
)
edit(
    "set_forget_bias",
    "sets-input-gate-bias",
    "These are the rows of the input gate. The order is i, f, g, o: where does the second block "
    "start?",
    ("[H : 2 * H] = value", "[:H] = value"),
    ("[H : 2 * H] = 0", "[:H] = 0"),
)
edit(
    "set_forget_bias",
    "sets-candidate-bias",
    "These are the rows of the candidate. The order is i, f, g, o: where does the second block "
    "start?",
    ("[H : 2 * H] = value", "[2 * H : 3 * H] = value"),
    ("[H : 2 * H] = 0", "[2 * H : 3 * H] = 0"),
)
edit(
    "set_forget_bias",
    "sets-all-four-gates",
    "You change all four gates. The forget gate has H of the 4H entries.",
    ("[H : 2 * H] = value", "[:] = value"),
    ("[H : 2 * H] = 0", "[:] = 0"),
)
edit(
    "set_forget_bias",
    "sets-only-first-layer",
    "Only the first layer is changed. lstm.num_layers says how many there are.",
    ("range(lstm.num_layers)", "range(1)"),
)
edit(
    "set_forget_bias",
    "changes-parameters-under-autograd",
    "A parameter cannot be changed in place while autograd records it. Do it within "
    "torch.no_grad().",
    ("torch.no_grad()", "torch.enable_grad()"),
)
edit(
    "set_forget_bias",
    "adds-to-drawn-biases",
    "You add the value to the biases as they were drawn. They must add up to the value alone.",
    ("[H : 2 * H] = value", "[H : 2 * H] += value"),
    ("[H : 2 * H] = 0", "[H : 2 * H] += 0"),
)
edit(
    "set_forget_bias",
    "replaces-bias-parameters",
    "You put a new nn.Parameter in the place of the old one. An optimizer that was made before "
    "never changes it: write into the old one, within torch.no_grad().",
    (
        """
            getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
            getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
        """,
        """
            for name, number in ((f"bias_ih_l{layer}", value), (f"bias_hh_l{layer}", 0)):
                bias = getattr(lstm, name).clone()
                bias[H : 2 * H] = number
                setattr(lstm, name, nn.Parameter(bias))
        """,
    ),
)

edit(
    "set_forget_bias",
    "skips-layers-from-ten",
    "The layers from number 10 on are left out: their names end in two digits.",
    ("range(lstm.num_layers)", "range(min(lstm.num_layers, 10))"),
)

# == adding_batch ==

edit(
    "adding_batch",
    "averages-marked-values",
    "The target is the sum of the two marked values, not their mean.",
    (
        "values[rows, first] + values[rows, second]",
        "(values[rows, first] + values[rows, second]) / 2",
    ),
)
edit(
    "adding_batch",
    "puts-markers-in-first-half",
    "Both markers stand in the first half. The second one belongs into T // 2 … T - 1.",
    ("T // 2, T, (B,)", "0, T // 2, (B,)"),
)
edit(
    "adding_batch",
    "draws-markers-over-whole-sequence",
    "The markers can stand anywhere, even both in one half or on one step. Draw one step for each "
    "half.",
    ("0, T // 2, (B,)", "0, T, (B,)"),
    ("T // 2, T, (B,)", "0, T, (B,)"),
)
edit(
    "adding_batch",
    "leaves-last-step-unmarked",
    "The last step is never marked. randint never draws its upper limit.",
    ("T // 2, T, (B,)", "T // 2, T - 1, (B,)"),
)
edit(
    "adding_batch",
    "shares-markers-across-batch",
    "All examples of a batch are marked at the same two steps. Draw a pair of steps for every "
    "example.",
    ("(0, T // 2, (B,), generator=generator)", "(0, T // 2, (1,), generator=generator).expand(B)"),
    ("(T // 2, T, (B,), generator=generator)", "(T // 2, T, (1,), generator=generator).expand(B)"),
)
edit(
    "adding_batch",
    "draws-from-global-generator",
    "Something is drawn from the global generator, so the same seed does not give the same batch.",
    ("torch.rand(B, T, generator=generator)", "torch.rand(B, T)"),
)
edit(
    "adding_batch",
    "stacks-markers-before-values",
    "Values come first and markers second along the last axis.",
    ("[values, markers]", "[markers, values]"),
)
edit(
    "adding_batch",
    "draws-normal-values",
    "randn draws from a normal distribution. The values are uniform between 0 and 1.",
    ("values = torch.rand", "values = torch.randn"),
)
edit(
    "adding_batch",
    "counts-only-one-marked-value",
    "The target counts one marked value. It is the sum of both.",
    ("values[rows, first] + values[rows, second]", "values[rows, first]"),
)
edit(
    "adding_batch",
    "returns-targets-as-column",
    "y must be (B,). With (B, 1) a loss against (B,) broadcasts to (B, B) without an error.",
    (
        "values[rows, first] + values[rows, second]",
        "(values[rows, first] + values[rows, second])[:, None]",
    ),
)
edit(
    "adding_batch",
    "ties-second-marker-to-first",
    "The second marker always stands T // 2 steps after the first. Draw both, each by itself.",
    ("torch.randint(T // 2, T, (B,), generator=generator)", "first + T // 2"),
)
