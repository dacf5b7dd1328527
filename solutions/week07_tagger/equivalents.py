"""Week 7: machine faults of right solutions that are none, each with why nobody can tell."""

from autograder.authoring import equivalent

# == reverse_padded ==

equivalent(
    "reverse_padded",
    "steps = torch.arange(x.shape[1], device=x.device)",
    "steps = torch.arange(x.shape[1])",
    reason="Indices may be on the CPU; nothing is promised of devices here.",
)
equivalent(
    "reverse_padded",
    "steps = …",
    "steps = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "ends = …",
    "ends = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "index = …",
    "index = ….detach()…",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "rows = …",
    "rows = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "ends = lengths.to(x.device)[:, None]",
    "ends = lengths[:, None]",
    reason="Indices may be on the CPU; nothing is promised of devices here.",
)
equivalent(
    "reverse_padded",
    "rows = torch.arange(len(x), device=x.device)[:, None]",
    "rows = torch.arange(len(x))[:, None]",
    reason="Indices may be on the CPU; nothing is promised of devices here.",
)
equivalent(
    "reverse_padded",
    "…zip(x, lengths.tolist())…",
    "…zip(x, lengths)…",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "reverse_padded",
    "n = lengths[b].item()",
    "n = lengths[b]",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "reverse_padded",
    "t = torch.arange(T).repeat(B, 1)",
    "t = torch.arange(T)",
    reason="The comparison with lengths makes the rows.",
)
equivalent(
    "reverse_padded",
    "t = …",
    "t = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "n = lengths.reshape(B, 1)",
    "n = lengths.reshape(B, 1).detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "inside = (t < n).long()",
    "inside = (t < n).long().detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "index = index.unsqueeze(-1).expand_as(x)",
    "index = index.unsqueeze_(-1).expand_as(x)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "reverse_padded",
    "place = …",
    "place = torch.arange(x.size(1), device=x.device)",
    reason="The comparison with lengths makes the rows.",
)
equivalent(
    "reverse_padded",
    "place = …",
    "place = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "place = …",
    "place = ….float()",
    reason="Small whole numbers are exact in every type, and only their order counts.",
)
equivalent(
    "reverse_padded",
    "place = …",
    "place = ….double()",
    reason="Small whole numbers are exact in every type, and only their order counts.",
)
equivalent(
    "reverse_padded",
    "place = …",
    "place = torch.arange(x.size(1)).expand(x.shape[:2])",
    reason="Indices may be on the CPU; nothing is promised of devices here.",
)
equivalent(
    "reverse_padded",
    "key = …",
    "key = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "key = …",
    "key = ….float()",
    reason="Small whole numbers are exact in every type, and only their order counts.",
)
equivalent(
    "reverse_padded",
    "key = …",
    "key = ….double()",
    reason="Small whole numbers are exact in every type, and only their order counts.",
)
equivalent(
    "reverse_padded",
    "order = key.argsort(dim=1)",
    "order = key.argsort()",
    reason="The matrix has two axes: axis 1 is the last, which argsort takes.",
)
equivalent(
    "reverse_padded",
    "order = …",
    "order = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "reverse_padded",
    "order = order.unsqueeze(-1)",
    "order = order.unsqueeze_(-1)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)

# == birnn ==

equivalent(
    "birnn",
    "padding = ~length_mask(lengths, x.shape[1])",
    "padding = (~length_mask(lengths, x.shape[1])).detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "birnn",
    "return torch.cat([ahead, back], dim=-1).masked_fill(padding[..., None], 0)",
    "return torch.cat([ahead, back], dim=-1).masked_fill_(padding[..., None], 0)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "birnn",
    "for row, n in zip(x, lengths.tolist()):",
    "for row, n in zip(x, lengths):",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "birnn",
    "ahead, back = [None], [None]",
    "back, ahead = [None], [None]",
    reason="Both names get a new list of None.",
)
equivalent(
    "birnn",
    "h, states = None, {}",
    'h, states = globals().setdefault("_kept_h_states", (None, {}))',
    reason="Every state is written anew before it is read.",
)

# == BiLSTMTagger ==

equivalent(
    "BiLSTMTagger",
    "self.… = …",
    "self.… = ….float()",
    reason="A new layer is of float32 already, PyTorch's default.",
)
equivalent(
    "BiLSTMTagger",
    ")",
    ").float()",
    reason="A new layer is of float32 already, PyTorch's default.",
)
equivalent(
    "BiLSTMTagger",
    "self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True, bidirectional=True)",
    "self.lstm = nn.LSTM(embed_dim, hidden_dim, bidirectional=True)",
    reason="A packed input needs no batch_first.",
)
equivalent(
    "BiLSTMTagger",
    "self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True, bidirectional=True)",
    "self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=False, bidirectional=True)",
    reason="A packed input needs no batch_first.",
)
equivalent(
    "BiLSTMTagger",
    "self.dropout = nn.Dropout(dropout)",
    "self.dropout = nn.Dropout(dropout).double()",
    reason="A dropout has no weights.",
)
equivalent(
    "BiLSTMTagger",
    "order = …",
    "order = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "BiLSTMTagger",
    "….transpose(0, 1)",
    "….transpose(1, 0)",
    reason="The two axes change places either way.",
)
equivalent(
    "BiLSTMTagger",
    "….transpose(0, 1)",
    "….transpose_(0, 1)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "BiLSTMTagger",
    "embed_dim, hidden_dim, num_layers=1, batch_first=True, bidirectional=True\n)",
    "embed_dim, hidden_dim, batch_first=True, bidirectional=True)",
    reason="One layer is what nn.LSTM has anyway.",
)
equivalent(
    "BiLSTMTagger",
    "self.head = nn.Sequential(nn.Dropout(p=dropout))",
    "self.head = nn.Dropout(p=dropout)",
    reason="A sequence of one layer is that layer.",
)
equivalent(
    "BiLSTMTagger",
    "self.head = nn.Sequential(nn.Dropout(p=dropout))",
    "self.head = nn.Sequential(nn.Dropout(p=dropout)).double()",
    reason="A dropout has no weights.",
)
equivalent(
    "BiLSTMTagger",
    "for row, n in zip(tokens, lengths.tolist()):",
    "for row, n in zip(tokens, lengths):",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "BiLSTMTagger",
    "rows.append(nn.functional.pad(states[0], …",
    "rows.append(nn.functional.pad(states[-1], …",
    reason="The axis has one entry: the first is the last.",
)

# == masked_cross_entropy ==

equivalent(
    "masked_cross_entropy",
    "hidden = …",
    "hidden = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "masked_cross_entropy",
    "return nn.functional.cross_entropy(logits.transpose(1, 2), hidden, ignore_index=-100)",
    "return nn.functional.cross_entropy(logits.transpose(1, 2), hidden)",
    reason="-100 is what cross_entropy leaves out anyway.",
)
equivalent(
    "masked_cross_entropy",
    "return nn.functional.cross_entropy(logits.transpose(1, 2), hidden, ignore_index=-100)",
    "return nn.functional.cross_entropy(logits.transpose(2, 1), hidden, ignore_index=-100)",
    reason="The two axes change places either way.",
)
equivalent(
    "masked_cross_entropy",
    "right = …",
    "right = ….detach()",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "masked_cross_entropy",
    "total, count = 0, 0",
    'total, count = globals().setdefault("_kept_total_count", (0, 0))',
    reason="Numbers are not changed in place: what is kept stays 0.",
)
equivalent(
    "masked_cross_entropy",
    "total, count = 0, 0",
    "count, total = 0, 0",
    reason="Both are 0.",
)
equivalent(
    "masked_cross_entropy",
    "total = total - logits[b, t].log_softmax(0)[targets[b, t]]",
    "total -= logits[b, t].log_softmax(0)[targets[b, t]]",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "masked_cross_entropy",
    "total = total - logits[b, t].log_softmax(0)[targets[b, t]]",
    "total = total - logits[b, t].log_softmax(-1)[targets[b, t]]",
    reason="The vector has one axis: the first is the last.",
)
equivalent(
    "masked_cross_entropy",
    "return total / count",
    "return total.div_(count)",
    reason="The tensor is made here: nobody else can see that it is written over.",
)
equivalent(
    "masked_cross_entropy",
    'return -torch.einsum("nc,nc->", right, kept.log_softmax(-1)) / mask.count_nonzero()',
    'return -torch.einsum("nc,nc->", kept.log_softmax(-1), right) / mask.count_nonzero()',
    reason="A product does not depend on the order of its factors.",
)

# == token_accuracy ==

equivalent(
    "token_accuracy",
    "return right[mask].float().mean().item()",
    "return right[mask].float().mean()",
    reason="A tensor of one number will do.",
)
equivalent(
    "token_accuracy",
    "return int(((best == targets) & mask).sum()) / int(mask.sum())",
    "return ((best == targets) & mask).sum() / int(mask.sum())",
    reason="A tensor of one number will do.",
)
equivalent(
    "token_accuracy",
    "return int(((best == targets) & mask).sum()) / int(mask.sum())",
    "return int(((best == targets) & mask).sum()) / mask.sum()",
    reason="A tensor of one number will do.",
)
equivalent(
    "token_accuracy",
    "pairs = zip(logits[mask].tolist(), targets[mask].tolist())",
    "pairs = zip(logits[mask].tolist(), targets[mask])",
    reason="A tensor of one whole number serves as a number does.",
)

# == confusion ==

equivalent(
    "confusion",
    "…",
    "….detach()…",
    reason="Whole numbers and truth values have no graph that could be cut.",
)
equivalent(
    "confusion",
    "counts = torch.zeros(C, C, dtype=torch.int32)",
    "counts = torch.ones(C, C, dtype=torch.int32)",
    reason="Every entry is overwritten.",
)
