"""Week 4: machine faults that nobody could tell from a right solution, and why."""

from autograder.authoring import equivalent

# == generate_sine_data ==

equivalent(
    "generate_sine_data",
    "…",
    '….astype("float32")…',
    reason="Its arguments are whole numbers: the text names no element type of the waves.",
)
equivalent(
    "generate_sine_data",
    "X, Y = [], []",
    "Y, X = [], []",
    reason="Two empty lists.",
)

# == make_windows ==

equivalent(
    "make_windows",
    "if M < 1:\nraise ValueError(…)",
    "pass",
    reason="np.stack of no window raises a ValueError itself.",
)
equivalent(
    "make_windows",
    "if M < 1:",
    "if M < 0:",
    reason="np.stack of no window raises a ValueError itself.",
)
equivalent(
    "make_windows",
    "raise ValueError(f…)",
    "pass",
    reason="np.stack of no window raises a ValueError itself.",
)
equivalent(
    "make_windows",
    'if len(series) < T + k:\nraise ValueError("too short")',
    "pass",
    reason="sliding_window_view raises a ValueError where a window is longer than the series.",
)
equivalent(
    "make_windows",
    "if len(series) < T + k:",
    "if len(series) < …:",
    reason="sliding_window_view raises a ValueError where a window is longer than the series.",
)
equivalent(
    "make_windows",
    'raise ValueError("too short")',
    "pass",
    reason="sliding_window_view raises a ValueError where a window is longer than the series.",
)
equivalent(
    "make_windows",
    "return tuple(np.split(…))",
    "return np.split(…)",
    reason="A list of the three parts is taken apart like a tuple.",
)
equivalent(
    "make_windows",
    "X, Y = np.zeros(…), np.zeros(…)",
    "X, Y = np.…s(…), np.…s(…)",
    reason="Every entry is overwritten.",
)
equivalent(
    "make_windows",
    "X[m, t, 0] = series[m + t]",
    "X[m, t, -1] = series[m + t]",
    reason="The last axis has length 1.",
)
equivalent(
    "make_windows",
    "test = [values.pop() for _ in range(n_test)][::-1] if n_test < len(values) else values",
    "test = [values.pop() for _ in range(n_test)][::-1] if n_test <= len(values) else values",
    reason="If all values are popped, the next line finds none left and takes the same way out.",
)

# == Scaler ==

equivalent(
    "Scaler",
    "self.mean, self.std = 0.0, 1.0",
    "…",
    reason="What a scaler holds before fit is left open.",
)
equivalent(
    "Scaler",
    "values = torch.as_tensor(np.array(values), dtype=torch.float64)",
    "values = torch.as_tensor(np.array(values), dtype=torch.float64).…()",
    reason="It has this type, and carries no gradient.",
)
equivalent(
    "Scaler",
    "values = torch.as_tensor(np.array(values), dtype=torch.float64)",
    "values = torch.as_tensor(values, dtype=torch.float64)",
    reason="as_tensor takes an array, and nothing is written into the tensor.",
)

# == LSTMPredictor ==

equivalent(
    "LSTMPredictor",
    "self.… = nn.…",
    "self.… = nn.….float()",
    reason="A new module has 32 bits.",
)
equivalent(
    "LSTMPredictor",
    "self.readout = nn.Sequential(nn.Linear(hidden_size, 1))",
    "self.readout = nn.Linear(hidden_size, 1)",
    reason="A sequence of one module does what the module does.",
)
equivalent(
    "LSTMPredictor",
    "if state is None:\n…",
    "pass",
    reason="nn.LSTM takes None for zeros.",
)
equivalent(
    "LSTMPredictor",
    "state = tuple(torch.zeros(L, B, H, device=x.device) for _ in range(2))",
    "pass",
    reason="nn.LSTM takes None for zeros.",
)
equivalent(
    "LSTMPredictor",
    "L, H = self.sizes",
    'L, H = vars(self).setdefault("_kept_L_H", self.sizes)',
    reason="The sizes of a model never change.",
)
equivalent(
    "LSTMPredictor",
    "….transpose(0, 1)…",
    "….transpose(1, 0)…",
    reason="Exchanging two axes is symmetric.",
)
equivalent(
    "LSTMPredictor",
    "outputs = self.readout(states.reshape(T * B, -1)).view(T, B, 1)",
    "outputs = self.readout(states).view(T, B, 1)",
    reason="nn.Linear works on the last axis, whatever stands before it.",
)
equivalent(
    "LSTMPredictor",
    "return outputs.transpose(0, 1), (h, c)",
    "return outputs.transpose_(0, 1), (h, c)",
    reason="Nothing else holds this tensor.",
)
equivalent(
    "LSTMPredictor",
    "outputs.append(self.out(h[:, 0]))",
    "outputs.append(self.out(h[:, -1]))",
    reason="There is one step.",
)
equivalent(
    "LSTMPredictor",
    "return self.run(…)[0]",
    "return self.run(…)[0].float()",
    reason="From zeros only 32 bits are tested: the zeros may have 32 bits always.",
)
equivalent(
    "LSTMPredictor",
    "return outputs",
    "return outputs.float()",
    reason="From zeros only 32 bits are tested: the zeros may have 32 bits always.",
)
equivalent(
    "LSTMPredictor",
    "return self.run(x, None)[0]",
    "return self.run(x)[0]",
    reason="None is the default.",
)

# == fit ==

equivalent(
    "fit",
    'history = {"train": [], "valid": [], "best_epoch": 0}',
    'history = {"train": [], "valid": [], "best_epoch": …1}',
    reason="Which epoch is the best where no loss is a number is left open.",
)
equivalent(
    "fit",
    "lowest, waited, best = math.inf, 0, copy.deepcopy(model.state_dict())",
    "lowest, waited, best = math.inf, …1, copy.deepcopy(model.state_dict())",
    reason="It shows only if the first losses are nan up to the stop; counting epochs from the "
    "best one, from 0 where there is none, is accepted and stops one later.",
)
equivalent(
    "fit",
    "for epoch in tqdm(range(epochs), …):",
    "for epoch in range(epochs):",
    reason="Whether a bar was shown cannot be seen from the code: in a notebook it is a widget.",
)
equivalent(
    "fit",
    "… = loss_fn(model(…), …)",
    "… = loss_fn(model(…), …).…()",
    reason="The last bits of a loss: gradients and their clipping have the model's type.",
)
equivalent(
    "fit",
    "model.eval()",
    "pass",
    reason="The last one: the model is in evaluation mode since its last validation.",
)
equivalent(
    "fit",
    "losses, counts = [], []",
    "counts, losses = [], []",
    reason="Two empty lists.",
)
equivalent(
    "fit",
    "optimizer.zero_grad(set_to_none=False)",
    "optimizer.zero_grad(…)",
    reason="Cleared is cleared: backward writes every gradient that there is.",
)
equivalent(
    "fit",
    'torch.nn.utils.clip_grad_norm_(list(model.parameters()), options["max_norm"])',
    'torch.nn.utils.clip_grad_norm_(model.parameters(), options["max_norm"])',
    reason="It takes any iterable.",
)
equivalent(
    "fit",
    "losses.append(value.detach().item())",
    "losses.append(value….…)",
    reason="np.average makes numbers of tensors without a gradient, and item() needs no detach.",
)
equivalent(
    "fit",
    "return float(np.average(losses, weights=counts))",
    "return np.average(losses, weights=counts)",
    reason="It gives a np.float64, which is a float.",
)
equivalent(
    "fit",
    "trained, validated, champion = [], [], copy.deepcopy(model)",
    "validated, trained, champion = [], [], copy.deepcopy(model)",
    reason="Two empty lists.",
)
equivalent(
    "fit",
    "best_epoch = int(np.argmin(…))",
    "best_epoch = np.argmin(…)",
    reason="A whole number of NumPy is taken for an int.",
)
equivalent(
    "fit",
    "best_epoch = int(np.argmin(np.nan_to_num(validated, nan=np.inf, posinf=np.inf)))",
    "best_epoch = int(np.argmin(np.nan_to_num(validated, nan=np.inf)))",
    reason="Infinity becomes the largest number that there is.",
)
equivalent(
    "fit",
    "if best_epoch == len(validated) - 1 and validated[-1] < math.inf:",
    "if best_epoch == len(validated) - 1 and validated[-1] <= math.inf:",
    reason="Whether an infinite loss, as the first, is lower than any before is left open.",
)
equivalent(
    "fit",
    "champion = copy.deepcopy(model)",
    "champion = copy.deepcopy(model).…()",
    reason="The weights are copied back in the model's type: their last bits differ at most.",
)
equivalent(
    "fit",
    "adam = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr)",
    "adam = torch.optim.Adam([p for p in model.parameters()], lr)",
    reason="Adam leaves out a parameter without a gradient.",
)
equivalent(
    "fit",
    "lowest, record = math.inf, (0, copy.deepcopy(model.state_dict()))",
    "lowest, record = math.inf, (…1, copy.deepcopy(model.state_dict()))",
    reason="Which epoch is the best where no loss is a number is left open.",
)
equivalent(
    "fit",
    'order = torch.randperm(N, generator=more.get("generator")).tolist()',
    'order = torch.randperm(N, generator=more.get("generator"))',
    reason="A slice of a tensor is an index like a slice of a list.",
)
equivalent(
    "fit",
    "running = torch.zeros((), dtype=torch.float64)",
    "running = torch.zeros(…",
    reason="The last bits of a mean loss.",
)
equivalent(
    "fit",
    "norm = sum(float((g**2).sum()) for g in gradients) ** 0.5",
    "norm = sum((g**2).sum() for g in gradients) ** 0.5",
    reason="A tensor without a gradient compares and divides as a number does.",
)
equivalent(
    "fit",
    "if norm > max_norm:",
    "if norm >= max_norm:",
    reason="A gradient of just this norm is multiplied by 1.",
)
equivalent(
    "fit",
    "running += error.detach() * len(rows)",
    "running += …",
    reason="The last bits of a mean loss; a graph that is kept is let go with the epoch.",
)
equivalent(
    "fit",
    'curves["train"].append((running / N).item())',
    'curves["train"].append(running.div_(N).item())',
    reason="The sum is not read again.",
)

# == rollout ==

equivalent(
    "rollout",
    "…",
    "….detach()…",
    reason="All of it stands under no_grad or inference_mode.",
)
equivalent(
    "rollout",
    "return …[…, 0]",
    "return …[…, -1]",
    reason="The last axis has length 1.",
)
equivalent(
    "rollout",
    "known = seed.clone()",
    "known = seed",
    reason="Nothing is written into it.",
)
equivalent(
    "rollout",
    "return series[:-k].copy()",
    "return series[:-k]",
    reason="A view is fine.",
)
equivalent(
    "rollout",
    "state = None",
    'state = globals().setdefault("_kept_state", None)',
    reason="None is kept.",
)
equivalent(
    "rollout",
    "result[:, step] = x[:, 0, 0]",
    "result[:, step] = x[:, 0, 0].double()",
    reason="Written into the tensor it takes its type, and loses nothing before.",
)
equivalent(
    "rollout",
    "result[:, step] = x[:, 0, 0]",
    "result[:, step] = x[:, -1, 0]",
    reason="The output is that of one step.",
)
equivalent(
    "rollout",
    "result[:, step] = x[:, 0, 0]",
    "result[:, step] = x[:, 0, -1]",
    reason="The output is one number.",
)
equivalent(
    "rollout",
    "if step + 1 < n:\nx, state = model.run(x, state)",
    "x, state = model.run(x, state)",
    reason="One call more, whose output nobody reads.",
)
equivalent(
    "rollout",
    "if step + 1 < n:",
    "if …:",
    reason="One call more, whose output nobody reads.",
)
