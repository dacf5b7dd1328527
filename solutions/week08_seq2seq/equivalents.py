"""Week 8: machine faults of right solutions that are none, each with why nobody can tell."""

from autograder.authoring import equivalent

# == shift_right ==

equivalent(
    "shift_right",
    "…",
    "….detach()…",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "shift_right",
    "shifted = torch.roll(y, shifts=1, dims=1)",
    "shifted = torch.roll(y, shifts=1)",
    reason="A roll over all entries differs in the first column: overwritten.",
)

# == Seq2Seq ==

equivalent(
    "Seq2Seq",
    "self.… = …",
    "self.… = ….float()",
    reason="A new layer is of float32 already, PyTorch's default.",
)
equivalent(
    "Seq2Seq",
    "lengths = …",
    "lengths = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "Seq2Seq",
    "last = mask.sum(dim=1) - 1",
    "last = (mask.sum(dim=1) - 1).detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "Seq2Seq",
    "ids = row[row != PAD]",
    "ids = row[row != PAD].detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "Seq2Seq",
    "lengths = (src != PAD).sum(dim=1).cpu()",
    "lengths = (src != PAD).sum(dim=1)",
    reason="On the CPU the call does nothing; the simulated GPU cannot pack.",
)
equivalent(
    "Seq2Seq",
    "lengths = …",
    "lengths = ….float()",
    reason="Packing makes whole numbers of the lengths; all are small.",
)
equivalent(
    "Seq2Seq",
    "lengths = …",
    "lengths = ….double()",
    reason="Packing makes whole numbers of the lengths; all are small.",
)
equivalent(
    "Seq2Seq",
    "packed = pack(input=self.embedding(src), lengths=lengths.tolist())",
    "packed = pack(input=self.embedding(src), lengths=lengths)",
    reason="A tensor of lengths serves as a list of them does.",
)
equivalent(
    "Seq2Seq",
    "return states * mask[:, :, None], h.unsqueeze(0)",
    "return states.mul_(mask[:, :, None]), h.unsqueeze(0)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "Seq2Seq",
    "return states * mask[:, :, None], h.unsqueeze(0)",
    "return states * mask[:, :, None], h.unsqueeze_(0)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "Seq2Seq",
    "….unsqueeze(1), h)",
    "….unsqueeze_(1), h)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "Seq2Seq",
    "return self.linear(out.squeeze(1)), h, None",
    "return self.linear(out.squeeze_(1)), h, None",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "Seq2Seq",
    "rows, last = [], []",
    "last, rows = [], []",
    reason="Both names get a new empty list.",
)
equivalent(
    "Seq2Seq",
    "rows.append(F.pad(states[0], …",
    "rows.append(F.pad(states[-1], …",
    reason="The axis has one entry: the first is the last.",
)
equivalent(
    "Seq2Seq",
    "last.append(h[:, 0])",
    "last.append(h[:, -1])",
    reason="The axis has one entry: the first is the last.",
)
equivalent(
    "Seq2Seq",
    "self.embedding = Words(vocab_size, embed_dim, padding_idx=PAD)",
    "self.embedding = Words(vocab_size, embed_dim)",
    reason="The encoder never reads PAD, and weights are set before they are compared.",
)

# == attention ==

equivalent(
    "attention",
    "… keys.transpose(1, 2) …",
    "… keys.transpose(2, 1) …",
    reason="The two axes change places either way.",
)
equivalent(
    "attention",
    "weights = scores.masked_fill(…",
    "weights = scores.masked_fill_(…",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "top = scores.masked_fill(…",
    "top = scores.masked_fill_(…",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "weights = torch.exp((scores - top).clamp(max=0)) * inside",
    "weights = torch.exp((scores - top).clamp_(max=0)) * inside",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "weights = torch.exp((scores - top).clamp(max=0)) * inside",
    "weights = torch.exp(scores.sub_(top).clamp(max=0)) * inside",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "weights = torch.exp((scores - top).clamp(max=0)) * inside",
    "weights = torch.exp((scores - top).clamp(max=1)) * inside",
    reason="At tokens the difference is at most 0, and elsewhere the factor is 0.",
)
equivalent(
    "attention",
    "weights = weights / weights.sum(dim=-1, keepdim=True)",
    "weights /= weights.sum(dim=-1, keepdim=True)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "weights = weights / weights.sum(dim=-1, keepdim=True)",
    "weights = weights.div_(weights.sum(dim=-1, keepdim=True))",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "contexts, all_weights = [], []",
    "all_weights, contexts = [], []",
    reason="Both names get a new empty list.",
)
equivalent(
    "attention",
    "bias = …",
    "bias = ….float()",
    reason="0 and minus infinity are exact in every type of floats.",
)
equivalent(
    "attention",
    "bias = …masked_fill(…",
    "bias = …masked_fill_(…",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "attention",
    "inside = mask.unsqueeze(1)",
    "inside = mask.unsqueeze(1).detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "attention",
    "top = …",
    "top = ….detach()",
    reason="What is taken off all scores has no effect, so no gradient.",
)
equivalent(
    "attention",
    "full = …",
    "full = ….detach()",
    reason="New zeros have no graph.",
)
equivalent(
    "attention",
    "bias = …",
    "bias = ….detach()",
    reason="The bias is made of constants, without a graph.",
)

# == AttentionDecoder ==

equivalent(
    "AttentionDecoder",
    "self.… = …",
    "self.… = ….float()",
    reason="A new layer is of float32 already, PyTorch's default.",
)
equivalent(
    "AttentionDecoder",
    "logits = self.linear(torch.cat([states, context], dim=-1)[:, 0])",
    "logits = self.linear(torch.cat([states, context], dim=-1)[:, -1])",
    reason="The axis has one entry: the first is the last.",
)
equivalent(
    "AttentionDecoder",
    "return logits, h, weights[:, 0]",
    "return logits, h, weights[:, -1]",
    reason="The axis has one entry: the first is the last.",
)
equivalent(
    "AttentionDecoder",
    "q = h[0]",
    "q = h[-1]",
    reason="The axis has one entry: the first is the last.",
)
equivalent(
    "AttentionDecoder",
    "H = q.shape[1]",
    'H = vars(self).setdefault("_kept_H", q.shape[1])',
    reason="H never changes in a model's life.",
)
equivalent(
    "AttentionDecoder",
    "logits = logits + F.linear(context.squeeze(1), self.linear.weight[:, H:])",
    "logits += F.linear(context.squeeze(1), self.linear.weight[:, H:])",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "AttentionDecoder",
    "logits = logits + F.linear(context.squeeze(1), self.linear.weight[:, H:])",
    "logits = logits.add_(F.linear(context.squeeze(1), self.linear.weight[:, H:]))",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "AttentionDecoder",
    "logits = logits + F.linear(context.squeeze(1), self.linear.weight[:, H:])",
    "logits = logits + F.linear(context.squeeze_(1), self.linear.weight[:, H:])",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "AttentionDecoder",
    'scores = torch.einsum("bh,bsh->bs", out[:, -1], encoded) / encoded.shape[-1] ** 0.5',
    'scores = torch.einsum("bh,bsh->bs", out[:, 0], encoded) / encoded.shape[-1] ** 0.5',
    reason="The axis has one entry: the first is the last.",
)
equivalent(
    "AttentionDecoder",
    "return self.linear(torch.hstack([out[:, -1], seen])), new_h, weights",
    "return self.linear(torch.hstack([out[:, 0], seen])), new_h, weights",
    reason="The axis has one entry: the first is the last.",
)

# == token_error_rate ==

equivalent(
    "token_error_rate",
    "for a, b in zip(hypotheses, references):",
    "for a, b in zip(references, hypotheses):",
    reason="The distance is the same in both directions.",
)
equivalent(
    "token_error_rate",
    "return sum(map(…, hypotheses, references)) / …",
    "return sum(map(…, references, hypotheses)) / …",
    reason="The distance is the same in both directions.",
)
equivalent(
    "token_error_rate",
    "row = list(range(len(b) + 1))",
    "row = range(len(b) + 1)",
    reason="The first row is only read, and for that a range serves as a list does.",
)
equivalent(
    "token_error_rate",
    "row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (mine != theirs)))",
    "row.append(min(row[-1] + 1, above[j] + 1, above[j - 1] + (mine != theirs)))",
    reason="The order of the two does not matter.",
)
equivalent(
    "token_error_rate",
    "row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (mine != theirs)))",
    "row.append(min(above[j] + 1, above[j - 1] + (mine != theirs), row[-1] + 1))",
    reason="The order of the two does not matter.",
)
equivalent(
    "token_error_rate",
    "self.cost = cost",
    "type(self).cost = cost",
    reason="The class is made anew with every instance's one and only cost, 1.",
)
equivalent(
    "token_error_rate",
    "row = [j * self.cost for j in range(len(b) + 1)]",
    "row = [j / self.cost for j in range(len(b) + 1)]",
    reason="The cost is 1.",
)
equivalent(
    "token_error_rate",
    "row = [j * self.cost for j in range(len(b) + 1)]",
    "row = [j for j in range(len(b) + 1)]",
    reason="The cost is 1.",
)
equivalent(
    "token_error_rate",
    "row[j + 1] = min(keep, corner + self.cost, row[j] + self.cost)",
    "row[j + 1] = min(corner + self.cost, keep, row[j] + self.cost)",
    reason="The order of the two does not matter.",
)
equivalent(
    "token_error_rate",
    "row[j + 1] = min(keep, corner + self.cost, row[j] + self.cost)",
    "row[j + 1] = min(keep, row[j] + self.cost, corner + self.cost)",
    reason="The order of the two does not matter.",
)
equivalent(
    "token_error_rate",
    "return sum(map(Distance(), hypotheses, references)) / float(length)",
    "return sum(map(Distance(), hypotheses, references)) / length",
    reason="A division of whole numbers gives a float.",
)
equivalent(
    "token_error_rate",
    "table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]",
    "table = [[1] * (len(b) + 1) for _ in range(len(a) + 1)]",
    reason="Every entry is overwritten.",
)
equivalent(
    "token_error_rate",
    "table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]",
    "table = [[-1] * (len(b) + 1) for _ in range(len(a) + 1)]",
    reason="Every entry is overwritten.",
)
equivalent(
    "token_error_rate",
    "table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]",
    "table = [[0] * (len(b) + 2) for _ in range(len(a) + 1)]",
    reason="The last column is never looked at.",
)
equivalent(
    "token_error_rate",
    "table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]",
    "table = [[0] * (len(b) + 1) for _ in range(len(a) + 2)]",
    reason="The last row is never looked at.",
)
equivalent(
    "token_error_rate",
    "table[i][j] = 1 + min(table[i - 1][j], table[i][j - 1], table[i - 1][j - 1])",
    "table[i][j] = 1 + min(table[i][j - 1], table[i - 1][j], table[i - 1][j - 1])",
    reason="The order of the two does not matter.",
)
equivalent(
    "token_error_rate",
    "table[i][j] = 1 + min(table[i - 1][j], table[i][j - 1], table[i - 1][j - 1])",
    "table[i][j] = 1 + min(table[i - 1][j], table[i - 1][j - 1], table[i][j - 1])",
    reason="The order of the two does not matter.",
)
equivalent(
    "token_error_rate",
    "best = {}",
    'best = globals().setdefault("_kept_best", {})',
    reason="Every entry is written before it is read.",
)
equivalent(
    "token_error_rate",
    "options.append(best[i + 1, j + 1] + int(a[i] != b[j]))",
    "options.append(best[i + 1, j + 1] + (a[i] != b[j]))",
    reason="A truth value adds as 0 or 1.",
)
equivalent(
    "token_error_rate",
    "for i in reversed(range(len(a) + 1)):",
    "for i in reversed(range(len(a) + 2)):",
    reason="What is beyond the end is never read.",
)
equivalent(
    "token_error_rate",
    "for j in reversed(range(len(b) + 1)):",
    "for j in reversed(range(len(b) + 2)):",
    reason="What is beyond the end is never read.",
)

# == decode ==

equivalent(
    "decode",
    "y = torch.full_like(tgt[:, 0], BOS)",
    "y = torch.full_like(tgt[:, -1], BOS)",
    reason="Only the shape of the column is used.",
)
equivalent(
    "decode",
    "y = torch.full_like(src[:, 0], BOS)",
    "y = torch.full_like(src[:, -1], BOS)",
    reason="Only the shape of the column is used.",
)
equivalent(
    "decode",
    "forced = …",
    "forced = … <= teacher_forcing…",
    reason="A coin is exactly the probability once in 16 million.",
)
equivalent(
    "decode",
    "done = torch.zeros_like(y, dtype=torch.bool)",
    "done = torch.zeros_like(y)",
    reason="0 and 1 serve as False and True.",
)
equivalent(
    "decode",
    "own = logits.detach().max(dim=1).indices",
    "own = logits.max(dim=1).indices",
    reason="Ids have no graph.",
)
equivalent(
    "decode",
    "return own + coin.to(own.device).long() * (tgt[:, t] - own)",
    "return own.add_(coin.to(own.device).long() * (tgt[:, t] - own))",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "decode",
    "word = guess.clone()",
    "word = guess",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "decode",
    "return torch.stack(rows).transpose(0, 1)",
    "return torch.stack(rows).transpose(1, 0)",
    reason="The two axes change places either way.",
)
equivalent(
    "decode",
    "return torch.stack(rows).transpose(0, 1)",
    "return torch.stack(rows).transpose_(0, 1)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "decode",
    "break",
    "continue",
    reason="Behind the first EOS of a row stand only further ones.",
)
equivalent(
    "decode",
    ")",
    ").float()",
    reason="Coins are of float32 already.",
)
equivalent(
    "decode",
    ")",
    ").double()",
    reason="A coin is 0 or 1 in every type.",
)
equivalent(
    "decode",
    ")",
    ").detach()",
    reason="Coins have no graph.",
)
equivalent(
    "decode",
    "y = …",
    "y = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "done = …",
    "done = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "said.append(y)",
    "said.append(y.detach())",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "word = …",
    "word = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "own = …",
    "own = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "return own + …",
    "return (own + …).detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "forced = …",
    "forced = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "guess = …",
    "guess = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "word[forced[:, t]] = …",
    "word[forced[:, t]] = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "ids = …",
    "ids = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "ids[alive, t] = …",
    "ids[alive, t] = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "decode",
    "alive = …",
    "alive = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
