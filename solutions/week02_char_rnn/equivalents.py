"""Week 2: machine faults that are none, each with the reason."""

from autograder.authoring.equivalents import equivalent

# == CharVocab ==

equivalent(
    "CharVocab",
    "…return torch.…tensor([…], dtype=torch.…)",
    "…return torch.…tensor([…], dtype=torch.…).detach()",
    reason="Integers have no gradient.",
)
equivalent(
    "CharVocab",
    "…codes = torch.tensor([ord(c) for c in text], dtype=torch.long)…",
    "…codes = torch.tensor([ord(c) for c in text], dtype=torch.long)….detach()",
    reason="Integers have no gradient.",
)
equivalent(
    "CharVocab",
    "ids = …",
    "ids = ….detach()",
    reason="Integers have no gradient.",
)
equivalent(
    "CharVocab",
    "return ids",
    "return ids.detach()",
    reason="Integers have no gradient.",
)
equivalent(
    "CharVocab",
    "self.codes = torch.tensor([ord(c) for c in text], dtype=torch.long).unique()",
    "self.codes = torch.tensor([ord(c) for c in text]).unique()",
    reason="A vocabulary is made of a text that is not empty, and a list of ints gives torch.long.",
)
equivalent(
    "CharVocab",
    "codes = torch.tensor([ord(c) for c in text], dtype=torch.long)",
    "codes = torch.tensor([ord(c) for c in text])",
    reason="Searched and compared only: of an empty text the floats are as empty as integers.",
)
equivalent(
    "CharVocab",
    "ids = torch.searchsorted(self.codes, codes).clamp(max=len(self) - 1)",
    "ids = torch.searchsorted(self.codes, codes).clamp_(max=len(self) - 1)",
    reason="The tensor is new: nobody else holds it.",
)
equivalent(
    "CharVocab",
    'return "".join(map(chr, self.codes[torch.as_tensor(ids, dtype=torch.long)].tolist()))',
    'return "".join(map(chr, self.codes[…]…))',
    reason="chr takes a tensor of one integer, and a tensor can be indexed by a list.",
)
equivalent(
    "CharVocab",
    "self.chars.append(char)",
    "self.chars.extend(char)",
    reason="A character is a text of one character.",
)
equivalent(
    "CharVocab",
    "try:…",
    "ids[position] = self.chars.index(char)",
    reason="list.index raises a ValueError itself, which names the character.",
)
equivalent(
    "CharVocab",
    "text += self.chars[int(i)]",
    "text += self.chars[i]",
    reason="A list can be indexed by a tensor of one integer.",
)
equivalent(
    "CharVocab",
    "unknown = sorted(set(text) - set(self))",
    "unknown = set(text) - set(self)",
    reason="In which order several unknown characters are named is free.",
)
equivalent(
    "CharVocab",
    "ids = ids.tolist() if torch.is_tensor(ids) else ids",
    "pass",
    reason="A list can be indexed by a tensor of one integer.",
)
equivalent(
    "CharVocab",
    "ids = ids.tolist() if torch.is_tensor(ids) else ids",
    "ids = ids…",
    reason="A list can be indexed by a tensor of one integer.",
)

# == embed ==

equivalent(
    "embed",
    "return torch.stack([torch.stack([W[int(i)] for i in row]) for row in ids])",
    "return torch.stack([torch.stack([W[i] for i in row]) for row in ids])",
    reason="A tensor can be indexed by a tensor of one integer.",
)

# == CharRNN ==

equivalent(
    "CharRNN",
    "self.… = …",
    "self.… = ….float()",
    reason="New layers are float32 already, and a model is converted as a whole later.",
)
equivalent(
    "CharRNN",
    "…weight… = …",
    "…weight… = ….detach()",
    reason="Type, device and sizes alone are read of it: zeros have no gradient.",
)
equivalent(
    "CharRNN",
    "parameter = next(self.parameters())",
    "parameter = next(self.parameters()).detach()",
    reason="Type and device alone are read of it: zeros have no gradient.",
)
equivalent(
    "CharRNN",
    "…hidden = self.init_hidden(x.size(0))…",
    "…hidden = self.init_hidden(x.size(0)).detach()…",
    reason="Zeros have no gradient.",
)
equivalent(
    "CharRNN",
    "return …zeros(…",
    "return …zeros(….detach()",
    reason="Zeros have no gradient.",
)
equivalent(
    "CharRNN",
    ")",
    ").detach()",
    reason="Zeros have no gradient.",
)
equivalent(
    "CharRNN",
    """
    if hidden is None:
    hidden = self.init_hidden(x.size(0))
    """,
    "pass",
    reason="nn.RNN makes the same zeros where it is given None.",
)
equivalent(
    "CharRNN",
    "hidden = self.init_hidden(x.size(0))",
    "pass",
    reason="nn.RNN makes the same zeros where it is given None.",
)
equivalent(
    "CharRNN",
    "self.rnn = nn.RNN(hidden_size, hidden_size, num_layers=1, batch_first=True)",
    "self.rnn = nn.RNN(hidden_size, hidden_size, batch_first=True)",
    reason="One layer is what nn.RNN has unless told otherwise.",
)
equivalent(
    "CharRNN",
    'super().__init__(size, size, nonlinearity="tanh", batch_first=True)',
    "super().__init__(size, size, batch_first=True)",
    reason="The tanh is what nn.RNN has unless told otherwise.",
)
equivalent(
    "CharRNN",
    "logits.append(state[:, 0] @ self.linear.weight.T + self.linear.bias)",
    "logits.append(state[:, -1] @ self.linear.weight.T + self.linear.bias)",
    reason="There is one step here: the first is the last.",
)
equivalent(
    "CharRNN",
    "size = weight.size(1)",
    'size = vars(self).setdefault("_kept_size", weight.size(1))',
    reason="The size of a model does not change.",
)

# == make_streams ==

equivalent(
    "make_streams",
    "…",
    "….detach()…",
    reason="Integers have no gradient.",
)
equivalent(
    "make_streams",
    "return part[: B * N * T].reshape(B, N, T).transpose(0, 1)",
    "return part[: B * N * T].reshape(B, N, T).transpose…(…)",
    reason="Two axes change places, whichever is named first, in a view that is new.",
)
equivalent(
    "make_streams",
    'n, b, t = torch.meshgrid(torch.arange(N), torch.arange(B), torch.arange(T), indexing="ij")',
    "n, b, t = torch.meshgrid(torch.arange(N), torch.arange(B), torch.arange(T))",
    reason='indexing="ij" is what torch does unless told otherwise.',
)
equivalent(
    "make_streams",
    "return ids[place], ids[place + 1]",
    "return ids[place], ids[place.add_(1)]",
    reason="Nobody reads the places afterwards.",
)
equivalent(
    "make_streams",
    "xs, ys = [], []",
    "ys, xs = [], []",
    reason="Both are new empty lists.",
)
equivalent(
    "make_streams",
    "rows = ids[: B * N * T + 1].unfold(0, N * T + 1, N * T)",
    "rows = ids[: B * N * T + 2].unfold(0, N * T + 1, N * T)",
    reason="One id more completes no further window.",
)
equivalent(
    "make_streams",
    "rows = ids[: B * N * T + 1].unfold(0, N * T + 1, N * T)",
    "rows = ids[: B * N * T + 1].unfold(-1, N * T + 1, N * T)",
    reason="ids has one axis: the first is the last.",
)

# == clip_gradients ==

equivalent(
    "clip_gradients",
    "if norm > max_norm:",
    "if norm >= max_norm:",
    reason="Where both are equal the factor is exactly 1.",
)
equivalent(
    "clip_gradients",
    "return torch.tensor(0.0)",
    "return …0.0…",
    reason="A zero is exact in any type, and a number or a tensor without axes is asked for.",
)
equivalent(
    "clip_gradients",
    "…",
    "….detach()",
    reason="Gradients record no gradient of their own.",
)
equivalent(
    "clip_gradients",
    "total += p.grad.detach().pow(2).sum().item()",
    "total += p.grad….pow(2).sum()…",
    reason="Gradients record no gradient of their own, and a tensor without axes may be returned.",
)
equivalent(
    "clip_gradients",
    "norm = torch.linalg.vector_norm(flat)",
    "norm = torch.linalg.vector_norm(flat).…()",
    reason="The norm is a number of any type: its last digits are not asked for.",
)
equivalent(
    "clip_gradients",
    "factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)",
    "factor = torch.clamp(max_norm / …, max=1.0)….…()",
    reason="A factor without axes leaves the gradients' type; its last digits are not asked for.",
)
equivalent(
    "clip_gradients",
    "factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)",
    "factor = torch.clamp(max_norm / …norm…, max=1.0)",
    reason="clip_grad_norm_ adds a millionth as well: its size is not asked for. A norm of 0 gives "
    "inf, which is clamped to 1.",
)
equivalent(
    "clip_gradients",
    "p.grad = p.grad * factor",
    "p.grad *= factor",
    reason="p.grad may be changed in place or replaced.",
)
equivalent(
    "clip_gradients",
    "return norm",
    "return norm.…()",
    reason="A number or a tensor without axes, of any type, is asked for.",
)
equivalent(
    "clip_gradients",
    "total = torch.stack([p.grad.norm() for p in chosen]).norm().item() if chosen else 0",
    "total = torch.stack([p.grad.norm() for p in chosen]).norm() if chosen else 0",
    reason="A number or a tensor without axes is asked for.",
)
equivalent(
    "clip_gradients",
    "scale = min(1.0, max_norm / total) if total else 1.0",
    "scale = min(max_norm / total, 1.0) if total else 1.0",
    reason="The smaller of two numbers does not depend on their order.",
)
equivalent(
    "clip_gradients",
    "scale = min(1.0, max_norm / total) if total else 1.0",
    "scale = min(1.0, max_norm / total) if total else …",
    reason="Where the norm is 0 all gradients are 0, whatever they are multiplied by.",
)
equivalent(
    "clip_gradients",
    "with torch.no_grad():…",
    "for p in chosen:…",
    reason="Gradients record no gradient of their own.",
)
equivalent(
    "clip_gradients",
    "p.grad[...] = scale * p.grad",
    "p.grad[...] = (scale * p.grad)….…()",
    reason="What is assigned takes the type of p.grad, and gradients record no gradient.",
)

# == sample ==

equivalent(
    "sample",
    "…",
    "….detach()",
    reason="All is computed without gradients.",
)
equivalent(
    "sample",
    "…",
    "….float()",
    reason="A character is drawn: single precision is enough for that.",
)
equivalent(
    "sample",
    "…",
    "….double()",
    reason="A character is drawn: more digits change nothing.",
)
equivalent(
    "sample",
    "…last = logits[0, -1].cpu()…",
    "…last = logits[-1, -1].cpu()…",
    reason="The batch has one row: the first is the last.",
)
equivalent(
    "sample",
    "scores = logits[0, -1].double().cpu()",
    "scores = logits[-1, -1].double().cpu()",
    reason="The batch has one row: the first is the last.",
)
equivalent(
    "sample",
    "scores = logits[0, -1].double().cpu()",
    "scores = logits[0, -1].cpu()",
    reason="A character is drawn: single precision is enough for that.",
)
equivalent(
    "sample",
    "…softmax(…, …0)…",
    "…softmax(…, …-1)…",
    reason="There is one axis: the first is the last.",
)
equivalent(
    "sample",
    "… / temperature…",
    "….div_(temperature)…",
    reason="A model makes new logits at every call, and nobody reads these afterwards.",
)
equivalent(
    "sample",
    "text += vocab.decode([int(new)])",
    "text += vocab.decode([new])",
    reason="decode takes a list of whatever indexes a list; a tensor of one integer does.",
)
equivalent(
    "sample",
    "hidden = None",
    'hidden = globals().setdefault("_kept_hidden", None)',
    reason="None is kept, and it stays None.",
)
equivalent(
    "sample",
    "logits, hidden = model(torch.tensor([ids], device=device), hidden)",
    "logits, hidden = model(torch.tensor([ids], device=device))",
    reason="hidden is None here, which is what a model takes it for.",
)
equivalent(
    "sample",
    "noise = torch.rand(scores.shape, generator=generator, dtype=torch.float64)",
    "noise = torch.rand(scores.shape, generator=generator)",
    reason="Noise in single precision draws from the same distribution, nearly.",
)
equivalent(
    "sample",
    "scores = scores / temperature - (-noise.log()).log()",
    "scores = scores / temperature - (-noise.log…()).log…()",
    reason="The noise is new, and nobody reads it afterwards.",
)
equivalent(
    "sample",
    "ids.append(int(scores.argmax()))",
    "ids.append(scores.argmax())",
    reason="torch.tensor and decode take tensors of one integer in a list.",
)
equivalent(
    "sample",
    "device = next(iter(model.parameters())).device",
    "device = next(model.parameters()).device",
    reason="parameters() is an iterator already.",
)
equivalent(
    "sample",
    'text, hidden, logits = "", None, None',
    'text, hidden, logits = globals().setdefault("_kept_text_hidden_logits", ("", None, None))',
    reason="Constants are kept, and they stay as they are.",
)
equivalent(
    "sample",
    'text, hidden, logits = "", None, None',
    'text, logits, hidden = "", None, None',
    reason="Both are None.",
)
equivalent(
    "sample",
    "new = int(…)",
    "new = …",
    reason="torch.tensor and decode take tensors of one integer in a list.",
)
equivalent(
    "sample",
    "p = torch.log_softmax(z / temperature, 0).exp()",
    "p = torch.log_softmax(z / temperature, 0).exp_()",
    reason="The tensor is new: nobody else holds it.",
)
equivalent(
    "sample",
    "new = min(int(torch.searchsorted(p.cumsum(0), u)), len(p) - 1)",
    "new = min(…)",
    reason="The bound is met once in millions of draws, where p sums to less than 1.",
)
equivalent(
    "sample",
    "ids = vocab.encode(prefix).unsqueeze(0).to(next(model.parameters()).device)",
    "ids = vocab.encode(prefix).unsqueeze_(0).to(next(model.parameters()).device)",
    reason="The tensor is new: nobody else holds it.",
)
equivalent(
    "sample",
    "chosen = out.argmax(dim=-1, keepdim=True)",
    "chosen = out.argmax(keepdim=True)",
    reason="The batch has one row, so the place in all logits is the place in the row.",
)
equivalent(
    "sample",
    "probabilities = F.softmax(out / temperature, -1).cpu()",
    "probabilities = F.softmax(out / temperature).cpu()",
    reason="For two axes torch takes the last one, too, with a warning.",
)
equivalent(
    "sample",
    "return vocab.decode(ids[0])",
    "return vocab.decode(ids[-1])",
    reason="The batch has one row: the first is the last.",
)
