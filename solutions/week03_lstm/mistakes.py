"""Week 3: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == SimpleLSTM ==

edit(
    "SimpleLSTM",
    "joins-x-first",
    "You join x_t before h_prev. The first H columns of every matrix belong to the "
    "hidden state, so it has to stand first.",
    ("h_prev, x_t", "x_t, h_prev"),
)
edit(
    "SimpleLSTM",
    "computes-h-from-old-cell",
    "Your hidden state shows the old cell state. Which of the two, C_prev or C, has the "
    "input of this step in it?",
    ("h = o * np.tanh(C)", "h = o * np.tanh(C_prev)"),
)
edit(
    "SimpleLSTM",
    "omits-tanh-of-cell-state",
    "Between the cell state and the hidden state something is missing: the cell state "
    "can grow beyond 1, the hidden state cannot.",
    ("h = o * np.tanh(C)", "h = o * C"),
)
edit(
    "SimpleLSTM",
    "applies-sigmoid-to-candidate",
    "Your candidate lies between 0 and 1, so nothing can ever be subtracted from the "
    "cell state. Which function squashes the candidate?",
    ("g = np.tanh(joined @ self.W_C.T + self.b_C)", "g = sigmoid(joined @ self.W_C.T + self.b_C)"),
)
edit(
    "SimpleLSTM",
    "applies-tanh-to-output-gate",
    "Your output gate can be negative. A gate is a share between 0 and 1.",
    ("o = sigmoid(joined @ self.W_o.T + self.b_o)", "o = np.tanh(joined @ self.W_o.T + self.b_o)"),
)
edit(
    "SimpleLSTM",
    "swaps-forget-and-input-gate",
    "Your forget gate and input gate have changed places: the forget gate multiplies the"
    " old cell state, the input gate the candidate.",
    ("C = f * C_prev + i * g", "C = i * C_prev + f * g"),
)
edit(
    "SimpleLSTM",
    "omits-gate-biases",
    "Your gates have no biases. Count what is added before each sigmoid.",
    (
        """
            f = sigmoid(joined @ self.W_f.T + self.b_f)
            i = sigmoid(joined @ self.W_i.T + self.b_i)
            g = np.tanh(joined @ self.W_C.T + self.b_C)
            o = sigmoid(joined @ self.W_o.T + self.b_o)
        """,
        """
            f = sigmoid(joined @ self.W_f.T)
            i = sigmoid(joined @ self.W_i.T)
            g = np.tanh(joined @ self.W_C.T)
            o = sigmoid(joined @ self.W_o.T)
        """,
    ),
)
edit(
    "SimpleLSTM",
    "couples-input-and-forget-gates",
    "You use 1 - f in place of an input gate of its own. That is another cell (a coupled"
    " one); here i has its own weights.",
    ("C = f * C_prev + i * g", "C = f * C_prev + (1 - f) * g"),
)
edit(
    "SimpleLSTM",
    "resets-cell-state-every-step",
    "The cell state is not carried from step to step: every step starts with an empty "
    "one. What must forward keep besides h?",
    ("(X[:, t], h, C)", "(X[:, t], h, np.zeros_like(C))"),
)
edit(
    "SimpleLSTM",
    "resets-hidden-state-every-step",
    "The hidden state is not carried from step to step: the gates of every step see the start state.",
    (
        "h = C = np.zeros((len(X), len(self.b_f)))",
        "h = C = start = np.zeros((len(X), len(self.b_f)))",
    ),
    ("(X[:, t], h, C)", "(X[:, t], start, C)"),
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
    ("= [h], [C]", "= [], []"),
)
edit(
    "SimpleLSTM",
    "stacks-gates-time-first",
    "The activations of a sequence are stacked along the wrong axis: time comes after "
    "the batch, (B, T, H).",
    (
        "([step[name] for step in steps], axis=1) for name in steps",
        "([step[name] for step in steps], axis=0) for name in steps",
    ),
)
edit(
    "SimpleLSTM",
    "returns-gate-pre-activations",
    "The activations must be handed out after the sigmoid and the tanh, not before.",
    (
        'return h, C, {"forget": f, "input": i, "cell": g, "output": o}',
        """
            return (
                h,
                C,
                {
                    "forget": joined @ self.W_f.T + self.b_f,
                    "input": joined @ self.W_i.T + self.b_i,
                    "cell": joined @ self.W_C.T + self.b_C,
                    "output": joined @ self.W_o.T + self.b_o,
                },
            )
        """,
    ),
)
edit(
    "SimpleLSTM",
    "returns-cell-state-as-candidate",
    "The entry cell of gates is the candidate g, not the new cell state.",
    ('"cell": g, "', '"cell": C, "'),
)
edit(
    "SimpleLSTM",
    "overwrites-given-cell-state",
    "*= changes the cell state that was given to you: the one of the step before is "
    "lost. Make a new array.",
    (
        "C = f * C_prev + i * g",
        """
            C_prev *= f
            C_prev += i * g
            C = C_prev
        """,
    ),
)
edit(
    "SimpleLSTM",
    "bounds-parameters-by-fan-in",
    "Your bound comes from the H + D columns of a matrix. Here it is 1/√H: only the "
    "hidden units count, for all eight.",
    ("sqrt(hidden_size)", "sqrt(hidden_size + input_size)"),
)

# == lstm_step ==

edit(
    "lstm_step",
    "swaps-candidate-and-output-gate",
    "Candidate and output gate have changed places. The packed order is i, f, g, o.",
    (
        "i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
        "i, f, o, g = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
    ),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "swaps-input-and-forget-gate",
    "Input gate and forget gate have changed places. The packed order is i, f, g, o: the"
    " input gate comes first.",
    ("i, f, g, o =", "f, i, g, o ="),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "uses-onnx-gate-order",
    "The order of the four blocks is i, f, g, o. Yours, with the output gate in second "
    "place, is that of ONNX.",
    (
        "i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
        "i, o, f, g = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)",
    ),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "omits-recurrent-bias",
    "One bias is missing: b_hh belongs to the sum as well.",
    (
        "i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=1)",
        "i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T).chunk(4, dim=1)",
    ),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "omits-input-bias",
    "One bias is missing: b_ih belongs to the sum as well.",
    (".T + b_ih + h @", ".T + h @"),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "applies-sigmoid-to-candidate",
    "Your candidate lies between 0 and 1. The third block goes through a tanh.",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.sigmoid(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "applies-tanh-to-output-gate",
    "Your output gate can be negative. The fourth block goes through a sigmoid, as every gate.",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.tanh(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "applies-tanh-to-input-gate",
    "Your input gate can be negative. The first block goes through a sigmoid, as every gate.",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.tanh(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "computes-h-from-old-cell",
    "Your hidden state shows the old cell state. It is made of the new one.",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), new"),
)
edit(
    "lstm_step",
    "omits-tanh-of-cell-state",
    "The hidden state lacks its tanh: the cell state can grow beyond 1.",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * c, c"),
)
edit(
    "lstm_step",
    "returns-hidden-state-twice",
    "The second of the pair must be the new cell state. You return the hidden state in its place.",
    (
        """
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            return o.sigmoid() * c.tanh(), c
        """,
        """
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            return h, h
        """,
    ),
)
edit(
    "lstm_step",
    "returns-cell-state-first",
    "You return the cell state first. The pair is (h, c).",
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return c, torch.sigmoid(o) * torch.tanh(c)"),
)
edit(
    "lstm_step",
    "unpacks-cell-state-first",
    "You unpack the state as (c, h). The pair is (h, c), the hidden state first.",
    ("h, c = state", "c, h = state"),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "chunks-along-batch",
    "chunk cuts along the batch here. The four blocks lie next to each other along the last axis.",
    ("(4, dim=1)", "(4, dim=0)"),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "reads-gates-as-interleaved",
    "You cut neighbouring columns apart. Each block is H columns in a row: view as (B, "
    "4, H), not as (B, H, 4).",
    (
        "(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=1)",
        "(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).view(len(x), -1, 4).unbind(-1)",
    ),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "detaches-state",
    "A state is detached on the way: the values are right, and no gradient reaches the steps before.",
    ("h, c = state", "h, c = (s.detach() for s in state)"),
    (
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
        "c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)",
    ),
    ("return o.sigmoid() * c.tanh(), c", "return torch.sigmoid(o) * torch.tanh(c), c"),
)
edit(
    "lstm_step",
    "overwrites-given-cell-state",
    "*= changes the cell state that was given to you, and autograd needs its old value. "
    "Make a new tensor.",
    (
        """
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            return o.sigmoid() * c.tanh(), c
        """,
        """
            c *= torch.sigmoid(f)
            c += torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(c), c
        """,
    ),
)

# == gru_step ==

edit(
    "gru_step",
    "applies-reset-before-product",
    "You apply the reset gate to h before the product, as the paper does. PyTorch "
    "applies it to the product and its bias: r * (h W_hnᵀ + b_hn).",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    (
        "n = torch.tanh(x_n + r * h_n)",
        """
            H = h.shape[1]
            n = torch.tanh(x_n + (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :])
        """,
    ),
)
edit(
    "gru_step",
    "inverts-update-gate",
    "Your update gate works the other way round. With z = 1 the old state must stay.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("return (1 - z) * n + z * h", "return z * n + (1 - z) * h"),
)
edit(
    "gru_step",
    "leaves-bias-outside-reset-gate",
    "The bias b_hn stands outside the reset gate. The gate multiplies the whole "
    "recurrent piece, its bias included.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    (
        "n = torch.tanh(x_n + r * h_n)",
        """
            b_hn = b_hh[2 * h.shape[1] :]
            n = torch.tanh(x_n + r * (h_n - b_hn) + b_hn)
        """,
    ),
)
edit(
    "gru_step",
    "swaps-reset-and-update-gate",
    "Reset gate and update gate have changed places. The packed order is r, z, n.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_z, x_r, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_z, h_r, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
)
edit(
    "gru_step",
    "applies-reset-to-input-too",
    "Your reset gate multiplies the input piece too. It decides about the old state alone.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("n = torch.tanh(x_n + r * h_n)", "n = torch.tanh(r * (x_n + h_n))"),
)
edit(
    "gru_step",
    "omits-reset-gate",
    "Your candidate sees the old state without the reset gate.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("n = torch.tanh(x_n + r * h_n)", "n = torch.tanh(x_n + h_n)"),
)
edit(
    "gru_step",
    "applies-sigmoid-to-candidate",
    "Your candidate lies between 0 and 1. It goes through a tanh, only the gates go through a sigmoid.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("n = torch.tanh(x_n + r * h_n)", "n = torch.sigmoid(x_n + r * h_n)"),
)
edit(
    "gru_step",
    "omits-recurrent-bias",
    "The recurrent bias b_hh is missing.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T).chunk(3, dim=1)
        """,
    ),
)
edit(
    "gru_step",
    "omits-input-bias",
    "The input bias b_ih is missing.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
)
edit(
    "gru_step",
    "drops-old-state-from-mixture",
    "The old state is missing in the mixture: z says how much of it is kept.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("return (1 - z) * n + z * h", "return (1 - z) * n"),
)
edit(
    "gru_step",
    "chunks-along-batch",
    "chunk cuts along the batch here. The three blocks lie next to each other along the last axis.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=0)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=0)
        """,
    ),
)
edit(
    "gru_step",
    "mixes-with-reset-gate",
    "You mix with the reset gate. The update gate z decides between candidate and old state.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("return (1 - z) * n + z * h", "return (1 - r) * n + r * h"),
)
edit(
    "gru_step",
    "detaches-state",
    "The state is detached on the way: the values are right, and no gradient reaches the steps before.",
    ("from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh", "h = h.detach()"),
    ("x_n = from_x.chunk", "x_n = (x @ W_ih.T + b_ih).chunk"),
    ("h_n = from_h.chunk", "h_n = (h @ W_hh.T + b_hh).chunk"),
)
edit(
    "gru_step",
    "applies-reset-to-input-only",
    "The reset gate stands at the wrong piece: it multiplies the recurrent one, not the "
    "one of the input.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("n = torch.tanh(x_n + r * h_n)", "n = torch.tanh(r * x_n + h_n)"),
)
edit(
    "gru_step",
    "resets-candidate-by-update-gate",
    "Your candidate is reset by the update gate. The reset gate r comes first in the "
    "packed order, and belongs into the candidate.",
    (
        """
            from_x, from_h = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
            x_r, x_z, x_n = from_x.chunk(3, dim=1)
            h_r, h_z, h_n = from_h.chunk(3, dim=1)
        """,
        """
            x_r, x_z, x_n = (x @ W_ih.T + b_ih).chunk(3, dim=1)
            h_r, h_z, h_n = (h @ W_hh.T + b_hh).chunk(3, dim=1)
        """,
    ),
    ("n = torch.tanh(x_n + r * h_n)", "n = torch.tanh(x_n + z * h_n)"),
)

# == CharLSTM ==

edit(
    "CharLSTM",
    "ignores-given-state",
    "A state that is given has no effect: forward always starts from zeros.",
    (
        """
            if state is None:
                zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1])
                state = zeros, zeros
        """,
        """
            zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1])
            state = zeros, zeros
        """,
    ),
)
edit(
    "CharLSTM",
    "reuses-initial-state-every-step",
    "Every step starts from the same state. Which state must step t + 1 read?",
    ("state = lstm_step", "last = lstm_step"),
    ("hidden.append(state[0])", "hidden.append(last[0])"),
    ("b_out, state", "b_out, last"),
)
edit(
    "CharLSTM",
    "resets-cell-state-every-step",
    "The hidden state is carried from step to step, the cell state is not. The LSTM's "
    "memory is the pair of both.",
    (
        "hidden.append(state[0])",
        """
            hidden.append(state[0])
            state = state[0], torch.zeros_like(state[1])
        """,
    ),
)
edit(
    "CharLSTM",
    "stores-weights-as-plain-tensors",
    "A plain tensor is no parameter: model.parameters() does not find it, and no "
    "optimizer changes it. Wrap it in nn.Parameter.",
    (
        "return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))",
        "return torch.empty(shape).uniform_(-bound, bound)",
    ),
)
edit(
    "CharLSTM",
    "uses-pytorch-layers",
    "The model uses PyTorch's layers. Here embedding, LSTM and linear layer are seven "
    "parameters of your own, and the step is your lstm_step.",
    (
        """
            bound = 1 / math.sqrt(hidden_dim)

            def uniform(*shape):
                return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

            self.embedding = nn.Parameter(torch.randn(vocab_size, embed_dim))
            self.W_ih = uniform(4 * hidden_dim, embed_dim)
            self.W_hh = uniform(4 * hidden_dim, hidden_dim)
            self.b_ih, self.b_hh = uniform(4 * hidden_dim), uniform(4 * hidden_dim)
            self.W_out, self.b_out = uniform(vocab_size, hidden_dim), uniform(vocab_size)
        """,
        """
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True)
            self.linear = nn.Linear(hidden_dim, vocab_size)
        """,
    ),
    (
        """
            embedded = self.embedding[ids]
            if state is None:
                zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1])
                state = zeros, zeros
            hidden = []
            for t in range(ids.shape[1]):
                state = lstm_step(embedded[:, t], state, self.W_ih, self.W_hh, self.b_ih, self.b_hh)
                hidden.append(state[0])
            return torch.stack(hidden, dim=1) @ self.W_out.T + self.b_out, state
        """,
        """
            if state is not None:
                state = tuple(s[None] for s in state)
            states, (h, c) = self.lstm(self.embedding(ids), state)
            return self.linear(states), (h[0], c[0])
        """,
    ),
)
edit(
    "CharLSTM",
    "stacks-time-first",
    "You stack the hidden states with time first. The logits are (B, T, V): the batch comes first.",
    ("stack(hidden, dim=1) @ self", "stack(hidden, dim=0) @ self"),
)
edit(
    "CharLSTM",
    "returns-probabilities-not-logits",
    "You return probabilities. The cross entropy applies the softmax itself: return the logits.",
    (
        "return torch.stack(hidden, dim=1) @ self.W_out.T + self.b_out, state",
        """
            logits = torch.stack(hidden, dim=1) @ self.W_out.T + self.b_out
            return logits.softmax(dim=-1), state
        """,
    ),
)
edit(
    "CharLSTM",
    "computes-logits-from-cell-state",
    "Your logits come from the cell state. The linear layer reads the hidden state, "
    "which is what the output gate lets through.",
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
    "The state is detached at every step, so no gradient goes back in time. Detach "
    "between chunks, in the training loop, if at all.",
    (
        "hidden.append(state[0])",
        """
            hidden.append(state[0])
            state = state[0].detach(), state[1].detach()
        """,
    ),
)
edit(
    "CharLSTM",
    "returns-hidden-state-only",
    "You return the hidden state alone. To go on with a text one needs the pair (h, c).",
    ("b_out, state", "b_out, state[0]"),
)
edit(
    "CharLSTM",
    "omits-output-bias",
    "The linear layer has a bias too: b_out.",
    ("T + self.b_out", "T"),
)
edit(
    "CharLSTM",
    "initializes-weights-to-zero",
    "Weights that all start at zero make all units alike, and they stay alike. Draw them.",
    ("(torch.empty(shape).uniform_(-bound, bound))", "(torch.empty(shape).zero_())"),
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
    (
        """
            getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
            getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
        """,
        'getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value',
    ),
)
edit(
    "set_forget_bias",
    "sets-input-gate-bias",
    "These are the rows of the input gate. The order is i, f, g, o: where does the second block start?",
    (
        'getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value',
        'getattr(lstm, f"bias_ih_l{layer}")[:H] = value',
    ),
    (
        'getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0',
        'getattr(lstm, f"bias_hh_l{layer}")[:H] = 0',
    ),
)
edit(
    "set_forget_bias",
    "sets-candidate-bias",
    "These are the rows of the candidate. The order is i, f, g, o: where does the second block start?",
    (
        'getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value',
        'getattr(lstm, f"bias_ih_l{layer}")[2 * H : 3 * H] = value',
    ),
    (
        'getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0',
        'getattr(lstm, f"bias_hh_l{layer}")[2 * H : 3 * H] = 0',
    ),
)
edit(
    "set_forget_bias",
    "sets-all-four-gates",
    "You change all four gates. The forget gate has H of the 4H entries.",
    (
        'getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value',
        'getattr(lstm, f"bias_ih_l{layer}")[:] = value',
    ),
    (
        'getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0',
        'getattr(lstm, f"bias_hh_l{layer}")[:] = 0',
    ),
)
edit(
    "set_forget_bias",
    "sets-only-first-layer",
    "Only the first layer is changed. lstm.num_layers says how many there are.",
    (
        """
            for layer in range(lstm.num_layers):
                getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
                getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
        """,
        """
            lstm.bias_ih_l0[H : 2 * H] = value
            lstm.bias_hh_l0[H : 2 * H] = 0
        """,
    ),
)
edit(
    "set_forget_bias",
    "changes-parameters-under-autograd",
    "A parameter cannot be changed in place while autograd records it. Do it within torch.no_grad().",
    (
        """
            with torch.no_grad():
                for layer in range(lstm.num_layers):
                    getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
                    getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
        """,
        """
            for layer in range(lstm.num_layers):
                getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
                getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
        """,
    ),
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
    "You put a new nn.Parameter in the place of the old one. An optimizer that was made "
    "before never changes it: write into the old one, within torch.no_grad().",
    (
        """
            with torch.no_grad():
                for layer in range(lstm.num_layers):
                    getattr(lstm, f"bias_ih_l{layer}")[H : 2 * H] = value
                    getattr(lstm, f"bias_hh_l{layer}")[H : 2 * H] = 0
        """,
        """
            for layer in range(lstm.num_layers):
                for name, number in ((f"bias_ih_l{layer}", value), (f"bias_hh_l{layer}", 0.0)):
                    bias = getattr(lstm, name).detach().clone()
                    bias[H : 2 * H] = number
                    setattr(lstm, name, nn.Parameter(bias))
        """,
    ),
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
    (
        "second = torch.randint(T // 2, T, (B,), generator=generator)",
        "second = torch.randint(0, T // 2, (B,), generator=generator)",
    ),
)
edit(
    "adding_batch",
    "draws-markers-over-whole-sequence",
    "The markers can stand anywhere, even both in one half or on one step. Draw one step"
    " for each half.",
    (
        "first = torch.randint(0, T // 2, (B,), generator=generator)",
        "first = torch.randint(0, T, (B,), generator=generator)",
    ),
    (
        "second = torch.randint(T // 2, T, (B,), generator=generator)",
        "second = torch.randint(0, T, (B,), generator=generator)",
    ),
)
edit(
    "adding_batch",
    "leaves-last-step-unmarked",
    "The last step is never marked. randint never draws its upper limit.",
    ("T // 2, T, (B,),", "T // 2, T - 1, (B,),"),
)
edit(
    "adding_batch",
    "shares-markers-across-batch",
    "All examples of a batch are marked at the same two steps. Draw a pair of steps for every example.",
    ("(0, T // 2, (B,), generator=generator)", "(0, T // 2, (1,), generator=generator).expand(B)"),
    ("(T // 2, T, (B,), generator=generator)", "(T // 2, T, (1,), generator=generator).expand(B)"),
)
edit(
    "adding_batch",
    "draws-from-global-generator",
    "Something is drawn from the global generator, so the same seed does not give the same batch.",
    ("T, generator=generator", "T"),
)
edit(
    "adding_batch",
    "stacks-markers-before-values",
    "Values come first and markers second along the last axis.",
    ("values, markers", "markers, values"),
)
edit(
    "adding_batch",
    "draws-normal-values",
    "randn draws from a normal distribution. The values are uniform between 0 and 1.",
    (
        "values = torch.rand(B, T, generator=generator)",
        "values = torch.randn(B, T, generator=generator)",
    ),
)
edit(
    "adding_batch",
    "counts-only-one-marked-value",
    "The target counts one marked value. It is the sum of both.",
    ("[rows, first] + values[rows, second]", "[rows, first]"),
)
edit(
    "adding_batch",
    "returns-targets-as-column",
    "y must be (B,). With (B, 1) a loss against (B,) broadcasts to (B, B) without an error.",
    (
        "return torch.stack([values, markers], dim=-1), values[rows, first] + values[rows, second]",
        """
            return torch.stack([values, markers], dim=-1), (values[rows, first] + values[rows, second])[
                :, None
            ]
        """,
    ),
)
