"""Week 3: machine faults that nobody could tell from a right solution, and why."""

from autograder.authoring import equivalent

# == SimpleLSTM ==

equivalent(
    "SimpleLSTM",
    "h = C = np.zeros((len(X), len(self.b_f)))",
    'h = C = np.zeros((len(X), len(self.b_f))).astype("float32")',
    reason="Zeros are exact in 32 bits, and all that follows has the type of the weights.",
)
equivalent(
    "SimpleLSTM",
    "hidden_states, cell_states, steps = [h], [C], []",
    "…, steps = [h], [C], []",
    reason="Both start states are the same zeros: the two lists are filled after that.",
)
equivalent(
    "SimpleLSTM",
    "hidden_states, cell_states, steps = [h], [C], []",
    "hidden_states, cell_states, steps = [C], [h], []",
    reason="Both start states are the same zeros.",
)
equivalent(
    "SimpleLSTM",
    "…for name in steps[0]}",
    "…for name in steps[-1]}",
    reason="Every step has the same names.",
)
equivalent(
    "SimpleLSTM",
    "return (2 * rng.random(shape) - 1) / np.sqrt(hidden_size)",
    'return ((2 * rng.random(shape) - 1) / np.sqrt(hidden_size)).astype("float32")',
    reason="The text names no element type of the drawn weights.",
)
equivalent(
    "SimpleLSTM",
    "return (2 * rng.random(shape) - 1) / np.sqrt(hidden_size)",
    "return (1 - (2 * rng.random(shape))) / np.sqrt(hidden_size)",
    reason="A uniform distribution around zero is the same when it is mirrored.",
)
equivalent(
    "SimpleLSTM",
    "hidden_states, cell_states = np.zeros((2, B, T + 1, self.hidden_size))",
    "cell_states, hidden_states = np.zeros((2, B, T + 1, self.hidden_size))",
    reason="Two arrays of zeros of one size.",
)
equivalent(
    "SimpleLSTM",
    "matrix = rng.uniform(low, high, (hidden_size, hidden_size + input_size))",
    'matrix = rng.uniform(low, high, (hidden_size, hidden_size + input_size)).astype("float32")',
    reason="The text names no element type of the drawn weights.",
)
equivalent(
    "SimpleLSTM",
    'self.__dict__["W_" + letter] = matrix',
    'self.__dict__["W_" + letter] = matrix.astype("float32")',
    reason="The text names no element type of the drawn weights.",
)
equivalent(
    "SimpleLSTM",
    'self.__dict__["b_" + letter] = rng.uniform(low, high, (hidden_size,))',
    'self.__dict__["b_" + letter] = rng.uniform(low, high, (hidden_size,)).astype("float32")',
    reason="The text names no element type of the drawn biases.",
)
equivalent(
    "SimpleLSTM",
    "…np.swapaxes(…, 0, 1)…",
    "…np.swapaxes(…, 1, 0)…",
    reason="Exchanging two axes is symmetric.",
)
equivalent(
    "SimpleLSTM",
    "join = lambda arrays: np.swapaxes(np.array(arrays), 0, 1)",
    "join = lambda arrays: np.swapaxes(arrays, 0, 1)",
    reason="swapaxes makes an array of a list itself.",
)
equivalent(
    "SimpleLSTM",
    "bound = 1 / np.sqrt(hidden_size)",
    'bound = (1 / np.sqrt(hidden_size)).astype("float32")',
    reason="The bound differs in its eighth digit, which no drawn number shows.",
)
equivalent(
    "SimpleLSTM",
    "hidden_states = np.zeros((B, T + 1, self.hidden_size), dtype=X.dtype)",
    "hidden_states = np.zeros((B, T + 1, self.hidden_size))",
    reason="Inputs and weights have 64 bits in every test: it is the same type.",
)

# == lstm_step ==

equivalent(
    "lstm_step",
    "cell = torch.addcmul(gates[:, H : 2 * H] * cell, gates[:, :H], candidate)",
    "cell = torch.addcmul(gates[:, H : 2 * H] * cell, candidate, gates[:, :H])",
    reason="The product of the two is the same in either order.",
)
equivalent(
    "lstm_step",
    "new_c = kept + written",
    "new_c = kept.add_(written)",
    reason="kept is a tensor of its own that nothing else reads, and a sum needs no old value.",
)

# == gru_step ==

equivalent(
    "gru_step",
    "reset, update = (gi[:, : 2 * H] + gh[:, : 2 * H]).sigmoid().split(H, dim=1)",
    "reset, update = (gi[:, : 2 * H] + gh[:, : 2 * H]).sigmoid_().split(H, dim=1)",
    reason="The sum is a tensor of its own, and the gradient of a sigmoid needs its result alone.",
)
equivalent(
    "gru_step",
    "candidate = (gi[:, 2 * H :] + reset * gh[:, 2 * H :]).tanh()",
    "candidate = (gi[:, 2 * H :] + reset * gh[:, 2 * H :]).tanh_()",
    reason="The sum is a tensor of its own, and the gradient of a tanh needs its result alone.",
)
equivalent(
    "gru_step",
    "sigma = lambda a: 0.5 * (1 + torch.tanh(a / 2))",
    "sigma = lambda a: 0.5 * (1 + torch.tanh(a.div_(2)))",
    reason="Its argument is a sum made for it, which nothing else reads.",
)
equivalent(
    "gru_step",
    "n = torch.tanh(x @ W_in.T + b_in + r * (h @ W_hn.T + b_hn))",
    "n = torch.tanh(x @ W_in.T + b_in + r.mul_((h @ W_hn.T + b_hn)))",
    reason="r is not read again, and the gradient of its sigmoid, written out, needs no result.",
)

# == CharLSTM ==

equivalent(
    "CharLSTM",
    "…nn.Parameter(…)",
    "…nn.Parameter(…).float()",
    reason="A parameter of 32 bits stays the object that it is.",
)
equivalent(
    "CharLSTM",
    "self.W_… = uniform(…)",
    "self.W_… = uniform(…).float()",
    reason="A parameter of 32 bits stays the object that it is.",
)
equivalent(
    "CharLSTM",
    "self.b_ih, self.b_hh = uniform(4 * hidden_dim), uniform(4 * hidden_dim)",
    "self.b_hh, self.b_ih = uniform(4 * hidden_dim), uniform(4 * hidden_dim)",
    reason="Both are drawn from one distribution, in an order that the text leaves open.",
)
equivalent(
    "CharLSTM",
    "zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1])",
    "zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1]).detach()",
    reason="New zeros carry no gradient.",
)
equivalent(
    "CharLSTM",
    "…lstm_step(…, self.b_ih, self.b_hh)",
    "…lstm_step(…, self.b_hh, self.b_ih)",
    reason="The step adds both biases.",
)
equivalent(
    "CharLSTM",
    "start = (2 * torch.rand(shape) - 1) * hidden_dim**-0.5",
    "start = ((2 * torch.rand(shape) - 1) * hidden_dim**-0.5).detach()",
    reason="Drawn numbers carry no gradient.",
)
equivalent(
    "CharLSTM",
    "start = (2 * torch.rand(shape) - 1) * hidden_dim**-0.5",
    "start = ((2 * torch.rand(shape) - 1) * hidden_dim**-0.5).float()",
    reason="They have 32 bits already.",
)
equivalent(
    "CharLSTM",
    "start = (2 * torch.rand(shape) - 1) * hidden_dim**-0.5",
    "start = (1 - (2 * torch.rand(shape))) * hidden_dim**-0.5",
    reason="A uniform distribution around zero is the same when it is mirrored.",
)
equivalent(
    "CharLSTM",
    "… = torch.zeros(B, self.hidden_dim, device=ids.device)",
    "… = torch.zeros(B, self.hidden_dim, device=ids.device).detach()",
    reason="New zeros carry no gradient.",
)
equivalent(
    "CharLSTM",
    "… = torch.zeros(B, self.hidden_dim, device=ids.device)",
    "… = torch.zeros(B, self.hidden_dim, device=ids.device).float()",
    reason="They have 32 bits already.",
)
equivalent(
    "CharLSTM",
    "one_hot = nn.functional.one_hot(ids, self.vocab_size).to(self.embedding.dtype)",
    "one_hot = nn.functional.one_hot(ids, self.vocab_size).to(self.embedding.dtype).detach()",
    reason="Rows made of whole numbers carry no gradient.",
)
equivalent(
    "CharLSTM",
    "outputs = projected.new_empty(B, 0, width // 4)",
    "outputs = projected.new_empty(B, 0, width // 4).float()",
    reason="An empty tensor, to which others are joined: joining takes the wider type.",
)
equivalent(
    "CharLSTM",
    "outputs = projected.new_empty(B, 0, width // 4)",
    "outputs = projected.new_empty(B, 0, width // 4).detach()",
    reason="An empty tensor carries no gradient.",
)
equivalent(
    "CharLSTM",
    "zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1])",
    "zeros = self.W_hh.new_zeros(len(ids), self.W_hh.shape[1]).float()",
    reason="From zeros, which may have 32 bits: only a given state is tested in 64 bits.",
)
equivalent(
    "CharLSTM",
    "k = 1 / np.sqrt(hidden_dim)",
    'k = (1 / np.sqrt(hidden_dim)).astype("float32")',
    reason="The parameters that it bounds have 32 bits.",
)
equivalent(
    "CharLSTM",
    "self.… = nn.Parameter(torch.rand(…) * 2 * k - k)",
    "self.… = nn.Parameter(k - (torch.rand(…) * 2 * k))",
    reason="A uniform distribution around zero is the same when it is mirrored.",
)
equivalent(
    "CharLSTM",
    "logits = self.b_out.new_empty(B, T, len(self.b_out))",
    "logits = self.b_out.new_empty(B, T, len(self.b_out)).detach()",
    reason="A new tensor carries no gradient; what is written into it does.",
)
equivalent(
    "CharLSTM",
    "logits[:, t] = h @ self.W_out.T + self.b_out",
    "logits[:, t] = (h @ self.W_out.T + self.b_out).double()",
    reason="Written into the tensor they take its type, and lose nothing before.",
)

# == set_forget_bias ==

equivalent(
    "set_forget_bias",
    "i, f, g, o = parameter.data.chunk(4)",
    "i, f, o, g = parameter.data.chunk(4)",
    reason="Two names that are not used.",
)
equivalent(
    "set_forget_bias",
    "rows = torch.arange(H, 2 * H)",
    "rows = torch.arange(H, 2 * H).detach()",
    reason="Whole numbers carry no gradient.",
)
equivalent(
    "set_forget_bias",
    'b_ih, b_hh = getattr(lstm, f"bias_ih_l{k}"), getattr(lstm, f"bias_hh_l{k}")',
    '…, … = getattr(lstm, f"bias_…h_l{k}"), getattr(lstm, f"bias_…h_l{k}")',
    reason="Which of the two makes up for the other is left open: their sum counts.",
)
equivalent(
    "set_forget_bias",
    "b_ih[rows] = value - b_hh[rows]",
    "b_ih[rows] = (value - b_hh[rows]).detach()",
    reason="It stands under no_grad.",
)

# == adding_batch ==

equivalent(
    "adding_batch",
    "… = torch.…",
    "… = torch.….detach()",
    reason="Data carry no gradient.",
)
equivalent(
    "adding_batch",
    "… = nn.functional.one_hot(…)",
    "… = nn.functional.one_hot(…).detach()",
    reason="Data carry no gradient.",
)
equivalent(
    "adding_batch",
    "return …",
    "return ….detach()…",
    reason="Data carry no gradient.",
)
equivalent(
    "adding_batch",
    "… = torch.rand(…)",
    "… = torch.rand(…).float()",
    reason="They have 32 bits already.",
)
equivalent(
    "adding_batch",
    "… = torch.zeros(…)",
    "… = torch.zeros(…).float()",
    reason="They have 32 bits already.",
)
equivalent(
    "adding_batch",
    "values = torch.empty(B, T)…",
    "values = torch.empty(B, T)….float()",
    reason="They have 32 bits already.",
)
equivalent(
    "adding_batch",
    "markers = torch.cat([early, late], dim=1).float()",
    "markers = torch.cat([early, late], dim=1).float().float()",
    reason="They have 32 bits already.",
)
equivalent(
    "adding_batch",
    "… = nn.functional.one_hot(…)",
    "… = nn.functional.one_hot(…).float()",
    reason="They are brought to 32 bits when they are joined.",
)
equivalent(
    "adding_batch",
    "return …",
    "return ….float()…",
    reason="They have 32 bits already.",
)
equivalent(
    "adding_batch",
    "X[b, …] = …",
    "X[b - 1, …] = …",
    reason="All rows are filled, in another order.",
)
equivalent(
    "adding_batch",
    "X[b, int(torch.randint(half, (1,), generator=generator)), 1] = 1",
    "X[b, torch.randint(half, (1,), generator=generator), 1] = 1",
    reason="A tensor of one whole number is an index, too.",
)
equivalent(
    "adding_batch",
    "X[b, half + int(torch.randint(T - half, (1,), generator=generator)), 1] = 1",
    "X[b, half + torch.randint(T - half, (1,), generator=generator), 1] = 1",
    reason="A tensor of one whole number is an index, too.",
)
equivalent(
    "adding_batch",
    "X[b, :, 0] = torch.rand(T, generator=generator)",
    "X[b, :, 0] = torch.rand(T, generator=generator).double()",
    reason="Written into a tensor of 32 bits they are what they were.",
)
equivalent(
    "adding_batch",
    "scores = torch.rand(B, T, generator=generator)",
    "scores = torch.rand(B, T, generator=generator).double()",
    reason="Only their order is used.",
)
equivalent(
    "adding_batch",
    "… = nn.functional.one_hot(scores[…].argmax(1), …)",
    "… = nn.functional.one_hot(scores[…].argmax(1), …).double()",
    reason="Zeros and ones, brought to 32 bits in the next but one line.",
)
equivalent(
    "adding_batch",
    "… = nn.functional.one_hot(scores[…].argmax(1), …)",
    "… = nn.functional.one_hot(scores[…].argmin(1), …)",
    reason="The smallest of uniform scores stands anywhere with the same probability, too.",
)
equivalent(
    "adding_batch",
    "values = torch.empty(B, T).uniform_(0, 1, generator=generator)",
    "values = torch.empty(B, T).uniform_(0, generator=generator)",
    reason="1 is the default.",
)
equivalent(
    "adding_batch",
    '….einsum("bt,bt->b", values, markers)',
    '….einsum("bt,bt->b", markers, values)',
    reason="The product of the two is the same in either order.",
)
