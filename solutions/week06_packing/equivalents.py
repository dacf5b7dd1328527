"""Week 6: machine faults of right solutions that are none, each with why nobody can tell."""

from autograder.authoring import equivalent

# == sort_by_length ==

equivalent(
    "sort_by_length",
    "order = torch.argsort(lengths, descending=True, stable=True)",
    "order = torch.argsort(lengths, descending=True)",
    reason="Equal lengths may stand in any order.",
)
equivalent(
    "sort_by_length",
    "order = torch.argsort(lengths, descending=True, stable=True)",
    "order = torch.argsort(lengths, descending=True, stable=False)",
    reason="Equal lengths may stand in any order.",
)
equivalent(
    "sort_by_length",
    "…",
    "….detach()…",
    reason="Whole numbers have no graph that could be cut.",
)
equivalent(
    "sort_by_length",
    "places = sorted(range(len(lengths)), key=lambda n: (int(lengths[n]), n), reverse=True)",
    "places = sorted(range(len(lengths)), key=lambda n: (lengths[n], n), reverse=True)",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "sort_by_length",
    "order = torch.flip(torch.argsort(lengths), dims=[0])",
    "order = torch.flip(torch.argsort(lengths), dims=[-1])",
    reason="The tensor has one axis: the first is the last.",
)
equivalent(
    "sort_by_length",
    "inverse = torch.zeros(len(order), dtype=torch.long).scatter_(",
    "inverse = torch.ones(len(order), dtype=torch.long).scatter_(",
    reason="Every entry is overwritten.",
)
equivalent(
    "sort_by_length",
    "0, order, torch.arange(len(order))",
    "-1, order, torch.arange(len(order))",
    reason="The tensor has one axis: the first is the last.",
)

# == pack ==

equivalent(
    "pack",
    "steps = range(int(lengths[0]))",
    "steps = range(lengths[0])",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "pack",
    "batch_sizes = …",
    "batch_sizes = ….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "pack",
    "batch_sizes = torch.tensor([int((lengths > t).sum()) for t in steps])",
    "batch_sizes = torch.tensor([(lengths > t).sum() for t in steps])",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "pack",
    "data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes.tolist())])",
    "data = torch.cat([x[:n, t] for t, n in enumerate(batch_sizes)])",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "pack",
    "return …",
    "return …, ….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "pack",
    "counts = running.sum(dim=1)",
    "counts = running.sum(dim=1).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "pack",
    "return x.transpose(0, 1)[running], counts[counts > 0]",
    "return x.transpose(1, 0)[running], counts[counts > 0]",
    reason="Two axes are swapped, in either order.",
)
equivalent(
    "pack",
    "if not 1 <= lengths[n] <= x.size(1):",
    "if not 1 <= lengths[n - 1] <= x.size(1):",
    reason="The loop comes by every length all the same, the last one first.",
)
equivalent(
    "pack",
    "rows, counts = [], []",
    "counts, rows = [], []",
    reason="Both start as empty lists.",
)
equivalent(
    "pack",
    "if not torch.equal(lengths, lengths.sort(descending=True).values):",
    "if not torch.equal(lengths.sort(descending=True).values, lengths):",
    reason="Equality has no order.",
)
equivalent(
    "pack",
    "ends = torch.bincount(lengths - 1, minlength=int(lengths[0]))",
    "ends = torch.bincount(lengths - 1…)",
    reason="bincount goes up to the largest length anyway, and whole numbers have no graph.",
)
equivalent(
    "pack",
    "batch_sizes = ends.flip(0).cumsum(0).flip(0)",
    "batch_sizes = ends.flip(…).cumsum(…).flip(…)",
    reason="The tensor has one axis: the first is the last.",
)
equivalent(
    "pack",
    "rows = [n * T + t for t, size in enumerate(batch_sizes) for n in range(int(size))]",
    "rows = [n * T + t for t, size in enumerate(batch_sizes) for n in range(size)]",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "pack",
    "own = lengths.tolist()",
    "own = lengths",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "pack",
    "data[start : start + n] = x[:n, t]",
    "data[start : start + n] = x[:n, t].double()",
    reason="No number changes on its way to 64 bits and back.",
)

# == unpack ==

equivalent(
    "unpack",
    "t = …",
    "t = ….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "n = …",
    "n = ….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "n = torch.arange(len(data)) - (batch_sizes.cumsum(0) - batch_sizes)[t]",
    "n = torch.arange(len(data)) - (batch_sizes.cumsum(-1) - batch_sizes)[t]",
    reason="The tensor has one axis: the first is the last.",
)
equivalent(
    "unpack",
    "padded = data.new_zeros(len(lengths), len(batch_sizes), data.shape[1])",
    "padded = data.new_zeros(len(lengths), len(batch_sizes), data.shape[1]).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "B, T = int(batch_sizes[0]), len(batch_sizes)",
    "B, T = batch_sizes[0], len(batch_sizes)",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "unpack",
    "padded = data.new_zeros(B, T, data.shape[1])",
    "padded = data.new_zeros(B, T, data.shape[1]).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "padded[: len(piece), t] = piece",
    "padded[: len(piece), t] = piece.double()",
    reason="No number changes on its way to 64 bits and back.",
)
equivalent(
    "unpack",
    "lengths = …",
    "lengths = ….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "return …, …",
    "return …, ….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "B = batch_sizes[0].item()",
    "B = batch_sizes[0]",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "unpack",
    "len(batch_sizes), B, data.size(-1), dtype=data.dtype, device=data.device\n)",
    "len(batch_sizes), B, data.size(-1), dtype=data.dtype)",
    reason="Exercise 3 does not ask for another device than the CPU.",
)
equivalent(
    "unpack",
    ")",
    ").detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "unpack",
    "padded[running.to(data.device)] = data",
    "padded[running] = data",
    reason="Exercise 3 does not ask for another device than the CPU.",
)
equivalent(
    "unpack",
    "return padded.transpose(0, 1), running.sum(0)",
    "return padded.transpose(1, 0), running.sum(0)",
    reason="Two axes are swapped, in either order.",
)
equivalent(
    "unpack",
    "return padded.transpose(0, 1), running.sum(0)",
    "return padded.transpose_(0, 1), running.sum(0)",
    reason="Nobody else sees this new tensor.",
)
equivalent(
    "unpack",
    "examples, lengths = [], []",
    "lengths, examples = [], []",
    reason="Both start as empty lists.",
)
equivalent(
    "unpack",
    "B, start, columns = int(batch_sizes.max()), 0, []",
    "B, start, columns = batch_sizes.max(), 0, []",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "unpack",
    "n = int(n)",
    "pass",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "unpack",
    "n = int(n)",
    "n = n",
    reason="A tensor of one whole number serves as a number does.",
)

# == packed_gru ==

equivalent(
    "packed_gru",
    "embedded.transpose(0, 1), lengths.tolist(), enforce_sorted=False",
    "embedded.transpose(1, 0), lengths.tolist(), enforce_sorted=False",
    reason="Two axes are swapped, in either order.",
)
equivalent(
    "packed_gru",
    "missing = states.new_zeros(B, T - states.size(1), states.size(2))",
    "missing = states.new_zeros(B, T - states.size(1), states.size(2)).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "packed_gru",
    "missing = states.new_zeros(B, T - states.size(1), states.size(2))",
    "missing = states.new_zeros(B, T - states.size(1), states.size(2)).float()",
    reason="torch.cat gives the type of the states, and a zero is a zero in any type.",
)
equivalent(
    "packed_gru",
    "last = states[torch.arange(B), own - 1]",
    "last = states[torch.arange(B), own.sub_(1)]",
    reason="own is new here, and not used again.",
)
equivalent(
    "packed_gru",
    "states, h_n = gru(packed, None)",
    "states, h_n = gru(packed)",
    reason="None is the default.",
)
equivalent(
    "packed_gru",
    "outputs, h_n = gru(input=packed, hx=None)",
    "outputs, h_n = gru(input=packed)",
    reason="None is the default.",
)
equivalent(
    "packed_gru",
    "sequence=outputs, batch_first=True, padding_value=0.0, total_length=embedded.size(1)\n)",
    "sequence=outputs, batch_first=True, total_length=embedded.size(1))",
    reason="0 is the default.",
)
equivalent(
    "packed_gru",
    "return [padded, h_n.view(gru.num_layers, -1, gru.hidden_size)[-1]]",
    "return [padded, h_n[-1]]",
    reason="h_n has this shape already.",
)

# == packed_rnn ==

equivalent(
    "packed_rnn",
    "h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])",
    "h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0]).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "packed_rnn",
    "h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])",
    "h = data.new_zeros(batch_sizes[0], W_hh.shape[0])",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "packed_rnn",
    "h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[0])",
    "h = data.new_zeros(int(batch_sizes[0]), W_hh.shape[…1])",
    reason="W_hh is square: its first size is its last.",
)
equivalent(
    "packed_rnn",
    "ends = torch.cumsum(batch_sizes, dim=0).tolist()",
    "ends = torch.cumsum(batch_sizes, dim=0)",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "packed_rnn",
    "ends = torch.cumsum(batch_sizes, dim=0).tolist()",
    "ends = torch.cumsum(batch_sizes, dim=-1).tolist()",
    reason="The tensor has one axis: the first is the last.",
)
equivalent(
    "packed_rnn",
    "a = a + …",
    "a += …",
    reason="The tensor is new, or its backward pass does not ask for its value.",
)
equivalent(
    "packed_rnn",
    "a = a + …",
    "a = a.add_(…)",
    reason="The tensor is new, or its backward pass does not ask for its value.",
)
equivalent(
    "packed_rnn",
    "a = a + torch.matmul(h[: end - start], W_hh.transpose(0, 1))",
    "a = a + torch.matmul(h[: end - start], W_hh.transpose(1, 0))",
    reason="Two axes are swapped, in either order.",
)
equivalent(
    "packed_rnn",
    "h = a.tanh()",
    "h = a.tanh_()",
    reason="The tensor is new, or its backward pass does not ask for its value.",
)
equivalent(
    "packed_rnn",
    "states.append(h)",
    "states.extend(h)",
    reason="The rows are put below one another in the end, in pieces or one by one.",
)
equivalent(
    "packed_rnn",
    "states, before = [], []",
    "before, states = [], []",
    reason="Both start as empty lists.",
)
equivalent(
    "packed_rnn",
    "for … in batch_sizes.tolist():",
    "for … in batch_sizes:",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "packed_rnn",
    "states = torch.empty(len(data), W_hh.size(0), dtype=data.dtype)",
    "states = torch.empty(len(data), W_hh.size(0), dtype=data.dtype).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "packed_rnn",
    "states = torch.empty(len(data), W_hh.size(0), dtype=data.dtype)",
    "states = torch.empty(len(data), W_hh.size(…1), dtype=data.dtype)",
    reason="W_hh is square: its first size is its last.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros(int(batch_sizes[0]), W_hh.size(0), dtype=data.dtype)",
    "h = torch.zeros(int(batch_sizes[0]), W_hh.size(0), dtype=data.dtype).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros(int(batch_sizes[0]), W_hh.size(0), dtype=data.dtype)",
    "h = torch.zeros(batch_sizes[0], W_hh.size(0), dtype=data.dtype)",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros(int(batch_sizes[0]), W_hh.size(0), dtype=data.dtype)",
    "h = torch.zeros(int(batch_sizes[0]), W_hh.size(…1), dtype=data.dtype)",
    reason="W_hh is square: its first size is its last.",
)
equivalent(
    "packed_rnn",
    'h = torch.tanh(inputs + torch.einsum("nk,hk->nh", h[:n], W_hh) + b)',
    'h = torch.tanh(inputs.add_(torch.einsum("nk,hk->nh", h[:n], W_hh)) + b)',
    reason="The tensor is new, or its backward pass does not ask for its value.",
)
equivalent(
    "packed_rnn",
    "states[start : start + n] = h",
    "states[start : start + n] = h.double()",
    reason="No number changes on its way to 64 bits and back.",
)
equivalent(
    "packed_rnn",
    "B, H = batch_sizes[0].item(), W_hh.shape[1]",
    "B, H = batch_sizes[0], W_hh.shape[1]",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "packed_rnn",
    "B, H = batch_sizes[0].item(), W_hh.shape[1]",
    "B, H = batch_sizes[0].item(), W_hh.shape[0]",
    reason="W_hh is square: its first size is its last.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros((B, H), dtype=data.dtype, device=data.device)",
    "h = torch.zeros((B, H), device=data.device)",
    reason="torch.cat gives the type of the data, and a zero is a zero in any type.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros((B, H), dtype=data.dtype, device=data.device)",
    "h = torch.zeros((B, H), dtype=data.dtype)",
    reason="Exercise 5 does not ask for another device than the CPU.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros((B, H), dtype=data.dtype, device=data.device)",
    "h = torch.zeros((B, H), dtype=data.dtype, device=data.device).detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "packed_rnn",
    "h = torch.zeros((B, H), dtype=data.dtype, device=data.device)",
    "h = torch.zeros((B, H), dtype=data.dtype, device=data.device).float()",
    reason="torch.cat gives the type of the data, and a zero is a zero in any type.",
)
equivalent(
    "packed_rnn",
    "h = torch.cat([running, h[n:]])",
    "h = torch.cat([running, h[:]])",
    reason="Only the first n rows are ever read again, and n never grows.",
)
equivalent(
    "packed_rnn",
    "return torch.cat(out, dim=0)",
    "return torch.cat(out)",
    reason="0 is the default.",
)

# == bucket_batches ==

equivalent(
    "bucket_batches",
    "tokens = sum(int(lengths[batch].sum()) for batch in batches)",
    "tokens = sum(lengths[batch].sum() for batch in batches)",
    reason="A tensor of one whole number adds up and divides as a number does.",
)
equivalent(
    "bucket_batches",
    "positions = sum(len(batch) * int(lengths[batch].max()) for batch in batches)",
    "positions = sum(len(batch) * lengths[batch].max() for batch in batches)",
    reason="A tensor of one whole number adds up and divides as a number does.",
)
equivalent(
    "bucket_batches",
    "return list(torch.argsort(lengths, stable=True).split(B))",
    "return torch.argsort(lengths, stable=True).split(B)",
    reason="A tuple of batches serves as a list does: the next functions only go through it.",
)
equivalent(
    "bucket_batches",
    "return list(torch.argsort(lengths, stable=True).split(B))",
    "return list(torch.argsort(lengths).split(B))",
    reason="Equal lengths may stand in any order.",
)
equivalent(
    "bucket_batches",
    "return list(torch.argsort(lengths, stable=True).split(B))",
    "return list(torch.argsort(lengths, stable=False).split(B))",
    reason="Equal lengths may stand in any order.",
)
equivalent(
    "bucket_batches",
    "own = [int(lengths[n]) for n in batch]",
    "own = [lengths[n] for n in batch]",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "bucket_batches",
    "order = sorted(range(len(lengths)), key=lambda n: -int(lengths[n]))",
    "order = sorted(range(len(lengths)), key=lambda n: int(lengths[n]))",
    reason="Batches may be sorted from the short or from the long end.",
)
equivalent(
    "bucket_batches",
    "order = sorted(range(len(lengths)), key=lambda n: -int(lengths[n]))",
    "order = sorted(range(len(lengths)), key=lambda n: -lengths[n])",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "bucket_batches",
    "padded = [pad_sequence([torch.ones(int(lengths[n])) for n in batch]) for batch in batches]",
    "padded = [pad_sequence([torch.ones(lengths[n]) for n in batch]) for batch in batches]",
    reason="A tensor of one whole number serves as a number does.",
)
equivalent(
    "bucket_batches",
    "used = torch.stack([batch.sum() for batch in padded]).double().sum()",
    "used = torch.stack([batch.sum() for batch in padded])….sum()…",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "return 1 - used / sum(batch.numel() for batch in padded)",
    "return (1 - used / sum(batch.numel() for batch in padded)).…()",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "return 1 - used / sum(batch.numel() for batch in padded)",
    "return 1 - used.div_(sum(batch.numel() for batch in padded))",
    reason="used is new here, and not used again.",
)
equivalent(
    "bucket_batches",
    'order = np.argsort(lengths.numpy(), kind="stable")',
    "order = np.argsort(lengths.numpy())",
    reason="Equal lengths may stand in any order.",
)
equivalent(
    "bucket_batches",
    "…",
    "….detach()",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "bucket_batches",
    "batches.append(order[:B])",
    "batches.append(order[:B].detach())",
    reason="Whole numbers and new tensors have no graph that could be cut.",
)
equivalent(
    "bucket_batches",
    "tokens = torch.cat([lengths[batch] for batch in batches]).sum()",
    "tokens = torch.cat([lengths[batch] for batch in batches]).sum().…()",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "return 1.0 - tokens.item() / torch.dot(sizes, longest).item()",
    "return 1.0 - tokens… / torch.dot(sizes, longest)…",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "return 1.0 - tokens.item() / torch.dot(sizes, longest).item()",
    "return 1.0 - tokens.item() / torch.dot(longest, sizes).item()",
    reason="A dot product has no order.",
)
equivalent(
    "bucket_batches",
    "values, order = torch.sort(lengths, descending=True)",
    "values, order = torch.sort(lengths…)",
    reason="Batches may be sorted from the short or from the long end.",
)
equivalent(
    "bucket_batches",
    "used, places = torch.zeros((), dtype=dtype), torch.zeros((), dtype=dtype)",
    'used, places = globals().setdefault("_kept_used_places", …)',
    reason="What is kept are two zeros, and nothing is written into them.",
)
equivalent(
    "bucket_batches",
    "used, places = torch.zeros((), dtype=dtype), torch.zeros((), dtype=dtype)",
    "places, used = torch.zeros((), dtype=dtype), torch.zeros((), dtype=dtype)",
    reason="Both start from zero.",
)
equivalent(
    "bucket_batches",
    "used, places = torch.zeros((), dtype=dtype), torch.zeros((), dtype=dtype)",
    "used, places = torch.zeros((…), torch.zeros((…)",
    reason="32 bits are the default.",
)
equivalent(
    "bucket_batches",
    "own = lengths[batch].to(dtype)",
    "own = lengths[batch]",
    reason="Added to a number of 32 bits, a whole number becomes one.",
)
equivalent(
    "bucket_batches",
    "own = lengths[batch].to(dtype)",
    "own = lengths[batch].to(dtype).…()",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "used = used + …",
    "used += …",
    reason="used is new here, and nobody else's.",
)
equivalent(
    "bucket_batches",
    "used = used + …",
    "used = used.add_(…)",
    reason="used is new here, and nobody else's.",
)
equivalent(
    "bucket_batches",
    "used = used + …",
    "used = (used + …).…()",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "places = places + …",
    "places += …",
    reason="places is new here, and nobody else's.",
)
equivalent(
    "bucket_batches",
    "places = places + …",
    "places = places.add_(…)",
    reason="places is new here, and nobody else's.",
)
equivalent(
    "bucket_batches",
    "places = places + …",
    "places = (places + …).…()",
    reason="A waste of 32 or of 64 bits is as good, and it has no graph.",
)
equivalent(
    "bucket_batches",
    "return float((places - used) / places)",
    "return (places - used) / places",
    reason="A tensor of one number is a number.",
)
equivalent(
    "bucket_batches",
    "yield order[start : start + B].clone()",
    "yield order[start : start + B]",
    reason="Nobody writes into the order afterwards.",
)
