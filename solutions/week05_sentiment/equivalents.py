"""Week 5: machine faults of right solutions that are none, each with why nobody can tell."""

from autograder.authoring import equivalent

# == build_vocab ==

equivalent(
    "build_vocab",
    'vocab = dict(zip(("<pad>", "<unk>"), range(2)))',
    'vocab = dict(zip(("<pad>", "<unk>"), range(3)))',
    reason="zip ends with the shorter of the two, which has two entries.",
)
equivalent(
    "build_vocab",
    'vocab = defaultdict(lambda: 1, {"<pad>": 0, "<unk>": 1})',
    'vocab = defaultdict(lambda: …, {"<pad>": 0, "<unk>": 1})',
    reason="sentence_to_indices asks whether a word is there first: the default is never used.",
)

# == collate ==

equivalent(
    "collate",
    "…",
    "….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "collate",
    "return …",
    "return ….detach()…",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "collate",
    "ids = torch.zeros(len(batch), int(lengths.max()), dtype=torch.long)",
    "ids = torch.zeros(len(batch), lengths.max(), dtype=torch.long)",
    reason="torch.zeros takes a tensor of one whole number as a size.",
)
equivalent(
    "collate",
    "labels = torch.tensor([label for _, label in batch], dtype=torch.float32)",
    "labels = torch.tensor([label for _, label in batch], dtype=torch.float32).float()",
    reason="The labels have 32 bits already.",
)
equivalent(
    "collate",
    "return ids, lengths, …",
    "return ids, lengths, ….float()",
    reason="The labels have 32 bits already.",
)
equivalent(
    "collate",
    "sequences = [torch.tensor(indices, dtype=torch.long) for indices, _ in batch]",
    "sequences = [torch.tensor(indices) for indices, _ in batch]",
    reason="torch.tensor gives torch.long to whole numbers anyway, and no example is empty.",
)
equivalent(
    "collate",
    "ids = nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=0)",
    "ids = nn.utils.rnn.pad_sequence(sequences, batch_first=True)",
    reason="0 is what pad_sequence pads with unless it is told.",
)
equivalent(
    "collate",
    "lengths = torch.tensor([len(s) for s in sequences], dtype=torch.int64)",
    "lengths = torch.tensor([len(s) for s in sequences])",
    reason="torch.tensor gives torch.int64 to whole numbers anyway.",
)
equivalent(
    "collate",
    "padded = [list(s) + [0] * (longest - len(s)) for s in sentences]",
    "padded = [s + [0] * (longest - len(s)) for s in sentences]",
    reason="The indices of an example are a list, and + makes a new one.",
)

# == last_valid ==

equivalent(
    "last_valid",
    "return h[torch.arange(len(h), device=h.device), lengths - 1]",
    "return h[torch.arange(len(h)), lengths - 1]",
    reason="PyTorch brings an index from the CPU to the device of what is indexed.",
)
equivalent(
    "last_valid",
    "weights = mask.unsqueeze(-1).to(h.dtype)",
    "weights = mask.unsqueeze(-1)",
    reason="A product with truth values has the type of h, and they add up to whole numbers.",
)
equivalent(
    "last_valid",
    "weights = mask.unsqueeze(-1).to(h.dtype)",
    "weights = mask.unsqueeze(-1).to(h.dtype).detach()",
    reason="A mask has no graph.",
)
equivalent(
    "last_valid",
    "index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, h.size(2))",
    "index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, h.size(2)).detach()",
    reason="Whole numbers have no graph.",
)
equivalent(
    "last_valid",
    "return h.gather(1, index).squeeze(1)",
    "return h.gather(1, index).squeeze_(1)",
    reason="gather gives a new tensor, which nobody else sees.",
)
equivalent(
    "last_valid",
    "return total / mask.sum(dim=1, keepdim=True)",
    "return total.div_(mask.sum(dim=1, keepdim=True))",
    reason="total is a new tensor, which neither anybody else nor autograd needs.",
)
equivalent(
    "last_valid",
    "return torch.stack([states[n - 1] for states, n in zip(h, lengths.tolist())])",
    "return torch.stack([states[n - 1] for states, n in zip(h, lengths)])",
    reason="A tensor of one whole number is an index as a number is.",
)
equivalent(
    "last_valid",
    "count = mask.float().sum(dim=1).clamp(min=1)",
    "count = mask.float().sum(dim=1)",
    reason="A count of words is exact in every type, has no graph, and is at least 1.",
)
equivalent(
    "last_valid",
    "count = mask.float().sum(dim=1).clamp(min=1)",
    "count = mask.float().sum(dim=1).clamp(min=1).…()",
    reason="A count of words is exact in every type, has no graph, and is at least 1.",
)
equivalent(
    "last_valid",
    "count = mask.float().sum(dim=1).clamp(min=1)",
    "count = mask.float().sum(dim=1).clamp_(min=1)",
    reason="A count of words is exact in every type, has no graph, and is at least 1.",
)
equivalent(
    "last_valid",
    "count = mask.float().sum(dim=1).clamp(min=1)",
    "count = mask.sum(dim=1).clamp(min=1)",
    reason="A count of words is exact in every type, has no graph, and is at least 1.",
)
equivalent(
    "last_valid",
    "count = mask.float().sum(dim=1).clamp(min=1)",
    "count = mask.float().sum(dim=1).clamp(min=0)",
    reason="A count of words is exact in every type, has no graph, and is at least 1.",
)

equivalent(
    "last_valid",
    "steps = (lengths - 1)[:, None, None]",
    "steps = (lengths - 1)[:, None, None].detach()",
    reason="Whole numbers have no graph.",
)
equivalent(
    "last_valid",
    "return torch.take_along_dim(h, steps, dim=1)[:, 0]",
    "return torch.take_along_dim(h, steps, dim=1)[:, -1]",
    reason="One step is taken, which is the first and the last.",
)

# == SentimentLSTM ==

equivalent(
    "SentimentLSTM",
    "self.… = …",
    "self.… = ….float()",
    reason="A new layer has 32 bits already.",
)
equivalent(
    "SentimentLSTM",
    ")",
    ").float()",
    reason="A new layer has 32 bits already.",
)
equivalent(
    "SentimentLSTM",
    "return self.out(last_valid(h, lengths)).squeeze(-1)",
    "return self.out(last_valid(h, lengths)).squeeze_(-1)",
    reason="What the linear layer gives is new, and squeeze_ changes no number.",
)
equivalent(
    "SentimentLSTM",
    "rows = torch.arange(states.shape[0], device=states.device)",
    "rows = torch.arange(states.shape[0])",
    reason="PyTorch brings an index from the CPU to the device of what is indexed.",
)
equivalent(
    "SentimentLSTM",
    "rows = torch.arange(states.shape[0], device=states.device)",
    "rows = torch.arange(states.shape[0], device=states.device).detach()",
    reason="Whole numbers have no graph.",
)
equivalent(
    "SentimentLSTM",
    "self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=1, batch_first=True)",
    "self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True)",
    reason="One layer is the default.",
)
equivalent(
    "SentimentLSTM",
    "self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=1, batch_first=True)",
    "self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=1)",
    reason="A packed batch goes in, for which batch_first has no say.",
)
equivalent(
    "SentimentLSTM",
    "self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=1, batch_first=True)",
    "self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=1, batch_first=False)",
    reason="A packed batch goes in, for which batch_first has no say.",
)
equivalent(
    "SentimentLSTM",
    "return self.fc(h_n[-1])[:, 0]",
    "return self.fc(h_n[0])[:, 0]",
    reason="With one layer the first state is the last.",
)
equivalent(
    "SentimentLSTM",
    "return self.fc(h_n[-1])[:, 0]",
    "return self.fc(h_n[-1])[:, -1]",
    reason="The linear layer gives one column, which is the first and the last.",
)

# == train_epoch ==

equivalent(
    "train_epoch",
    "total, count = 0.0, 0",
    'total, count = globals().setdefault("_kept_total_count", (0.0, 0))',
    reason="What is kept are two zeros in a tuple: neither can change.",
)
equivalent(
    "train_epoch",
    "total, count = 0.0, 0",
    "…, … = 0…, 0…",
    reason="Both start from zero, and the type of a zero does not matter.",
)
equivalent(
    "train_epoch",
    "losses, sizes = [], []",
    "sizes, losses = [], []",
    reason="Both start as empty lists.",
)
equivalent(
    "train_epoch",
    "optimizer.zero_grad(set_to_none=True)",
    "optimizer.zero_grad()",
    reason="True is the default.",
)
equivalent(
    "train_epoch",
    "logits = model(ids, lengths)",
    "logits = model(ids, lengths).float()",
    reason="The loss runs in 32 bits anyway.",
)
equivalent(
    "train_epoch",
    "logits = model(ids, lengths)",
    "logits = model(ids, lengths).double()",
    reason="The loss in more digits than asked for: it differs in the last bits of 32.",
)
equivalent(
    "train_epoch",
    "logits = model(ids.to(device), lengths.to(device)).float()",
    "logits = model(ids.to(device), lengths.to(device)).float().float()",
    reason="It has 32 bits already.",
)
equivalent(
    "train_epoch",
    "logits = model(ids.to(device), lengths.to(device)).float()",
    "logits = model(ids.to(device), lengths.to(device)).float().double()",
    reason="The loss in more digits than asked for: it differs in the last bits of 32.",
)
equivalent(
    "train_epoch",
    "z = model(ids, lengths)",
    "z = model(ids, lengths).float()",
    reason="The next line does the same.",
)
equivalent(
    "train_epoch",
    "z = model(ids, lengths)",
    "z = model(ids, lengths).double()",
    reason="The next line turns it into 32 bits.",
)
equivalent(
    "train_epoch",
    "loss = …",
    "loss = ….float()",
    reason="A loss has 32 bits already.",
)
equivalent(
    "train_epoch",
    "loss = …",
    "loss = ….double()",
    reason="The same number in a wider type; its gradient is that of 32 bits.",
)
equivalent(
    "train_epoch",
    "loss = nn.BCEWithLogitsLoss()(z.float(), y.float())",
    "loss = nn.BCEWithLogitsLoss()(z, y.float())",
    reason="With labels of 32 bits the loss is computed in 32 bits.",
)
equivalent(
    "train_epoch",
    "loss = nn.BCEWithLogitsLoss()(z.float(), y.float())",
    "loss = nn.BCEWithLogitsLoss()(z.float(), y)",
    reason="The labels are floats of 32 bits.",
)
equivalent(
    "train_epoch",
    "sizes.append(y.shape[0])",
    "sizes.append(y.shape[-1])",
    reason="The labels have one axis: the first is the last.",
)
equivalent(
    "train_epoch",
    "return float(np.average(losses, weights=sizes))",
    "return np.average(losses, weights=sizes)",
    reason="NumPy's float64 is a float.",
)
equivalent(
    "train_epoch",
    "device_type=device.type, dtype=amp_dtype or torch.bfloat16, enabled=bool(amp_dtype)",
    "device_type=device.type, dtype=amp_dtype, enabled=bool(amp_dtype)",
    reason="A type has no say where autocast is off.",
)
equivalent(
    "train_epoch",
    "labels = labels.to(device)",
    "labels = labels.to(device)….…()",
    reason="Labels have 32 bits and no graph; more bits change the last digits of the loss.",
)
equivalent(
    "train_epoch",
    "each = F.softplus(logits) - logits * labels",
    "each = (F.softplus(logits) - logits * labels).float()",
    reason="It has 32 bits already.",
)
equivalent(
    "train_epoch",
    "each = F.softplus(logits) - logits * labels",
    "each = (F.softplus(logits) - logits * labels).double()",
    reason="The same numbers in a wider type: their mean differs in the last bits of 32.",
)
equivalent(
    "train_epoch",
    "norm = torch.stack([g.norm() for g in grads]).norm().item()",
    "norm = torch.stack([g.norm() for g in grads]).norm()",
    reason="A tensor of one number is compared and divided as a number is.",
)
equivalent(
    "train_epoch",
    "if norm > max_norm:",
    "if norm >= max_norm:",
    reason="At equality the gradients are multiplied by 1.",
)
equivalent(
    "train_epoch",
    "sums.append(each.detach().sum().item())",
    "sums.append(each….sum().item())",
    reason="A plain number is kept either way, and the graph has been used before.",
)
equivalent(
    "train_epoch",
    "return loss.detach().item(), ids.size(0)",
    "return loss….item(), ids.size(0)",
    reason="A plain number is kept either way, and the graph has been used before.",
)
equivalent(
    "train_epoch",
    "device = next(iter(model.parameters())).device",
    "device = next(model.parameters()).device",
    reason="parameters() is an iterator already.",
)
equivalent(
    "train_epoch",
    "ids, lengths, labels = [t.to(device, non_blocking=True) for t in batch]",
    "ids, lengths, labels = [t.to(device…) for t in batch]",
    reason="Whether the copy is waited for changes no result.",
)
equivalent(
    "train_epoch",
    "nn.utils.clip_grad_norm_(list(model.parameters()), max_norm)",
    "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
    reason="It takes any iterable of parameters.",
)

# == evaluate ==

equivalent(
    "evaluate",
    "total, right, count = 0.0, 0, 0",
    'total, right, count = globals().setdefault("_kept_total_right_count", (0.0, 0, 0))',
    reason="What is kept are three zeros in a tuple: none can change.",
)
equivalent(
    "evaluate",
    "total, right, count = 0.0, 0, 0",
    "…, …, … = 0…, 0…, 0…",
    reason="All start from zero, and the type of a zero does not matter.",
)
equivalent(
    "evaluate",
    "logits, labels = [], []",
    "labels, logits = [], []",
    reason="Both start as empty lists.",
)
equivalent(
    "evaluate",
    "…",
    "….detach()…",
    reason="Under no_grad there is no graph that could be cut, and the random state has none.",
)
equivalent(
    "evaluate",
    "… = model(ids, lengths)",
    "… = model(ids, lengths).float()",
    reason="The loss runs in 32 bits anyway, and no sign changes.",
)
equivalent(
    "evaluate",
    "… = model(ids, lengths)",
    "… = model(ids, lengths).double()",
    reason="The loss in more digits than asked for: it differs in the last bits of 32.",
)
equivalent(
    "evaluate",
    "loss = F.binary_cross_entropy_with_logits(…)",
    "loss = F.binary_cross_entropy_with_logits(…).…()",
    reason="The same number in a type as wide or wider.",
)
equivalent(
    "evaluate",
    "right += ((logits > 0) == (labels > 0.5)).sum().item()",
    "right += ((logits > 0) == (labels >= 0.5)).sum().item()",
    reason="No label is 0.5.",
)
equivalent(
    "evaluate",
    "right += ((logits > 0) == (labels > 0.5)).sum().item()",
    "right += ((logits > 0) == (labels > 0.0)).sum().item()",
    reason="Labels are 0 or 1: above 0 is above 0.5.",
)
equivalent(
    "evaluate",
    "logits.append(model(ids.to(device), lengths.to(device)).float().cpu())",
    "logits.append(model(ids.to(device), lengths.to(device)).float().cpu().…())",
    reason="The loss in as many digits as asked for, or in more.",
)
equivalent(
    "evaluate",
    "labels.append(y.cpu())",
    "labels.append(y…)",
    reason="A loader makes its batches on the CPU, and labels of 0 and 1 are exact in any type.",
)
equivalent(
    "evaluate",
    "accuracy = ((torch.sigmoid(z) > 0.5).float() == y).float().mean()",
    "accuracy = ((torch.sigmoid(z) > 0.5).float() == y).float().mean().…()",
    reason="The next line makes a float of it.",
)
equivalent(
    "evaluate",
    "hits += int(((z > 0).long() == y.long()).sum())",
    "hits += int(((z > 0).long() == y).sum())",
    reason="0 and 1 are equal to 0.0 and 1.0.",
)
equivalent(
    "evaluate",
    "n += y.size(0)",
    "n += y.size(-1)",
    reason="The labels have one axis: the first is the last.",
)
