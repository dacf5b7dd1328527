"""Week 4: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == generate_sine_data ==

edit(
    "generate_sine_data",
    "returns-inputs-as-targets",
    "X and Y are the same numbers. The target of step t is the input of step t + 1, so each "
    "sequence needs T + 1 values.",
    ("waves[:, :-1], waves[:, 1:]", "waves[:, :-1], waves[:, :-1]"),
)
edit(
    "generate_sine_data",
    "shifts-targets-twice",
    "Y is two steps ahead. Is the sequence shifted once when it is made and once more when it is "
    "cut?",
    ("seq_len + 1", "seq_len + 2"),
    ("waves[:, :-1], waves[:, 1:]", "waves[:, :-2], waves[:, 2:]"),
)
edit(
    "generate_sine_data",
    "wraps-last-target-around",
    "Only the last target is wrong: np.roll brings the first value round to the end. A last target "
    "has to be computed, at time T.",
    ("waves[:, :-1], waves[:, 1:]", "waves[:, :-1], np.roll(waves[:, :-1], -1, axis=1)"),
)
edit(
    "generate_sine_data",
    "shifts-targets-backwards",
    "Y is one step back, not ahead. Which of the two slices leaves out the first value?",
    ("waves[:, :-1], waves[:, 1:]", "waves[:, 1:], waves[:, :-1]"),
)
edit(
    "generate_sine_data",
    "repeats-one-wave",
    "All sequences are the same wave. Draw one period and one phase for every sequence.",
    (
        "rng.uniform(10, 40, size=(n_sequences, 1))",
        "np.full((n_sequences, 1), rng.uniform(10, 40))",
    ),
    (
        "rng.uniform(0, 2 * np.pi, size=(n_sequences, 1))",
        "np.full((n_sequences, 1), rng.uniform(0, 2 * np.pi))",
    ),
)
edit(
    "generate_sine_data",
    "ties-time-step-to-length",
    "The distance between two points in time depends on seq_len. Time steps are 0, 1, 2, …: "
    "np.arange, not np.linspace.",
    ("np.arange(seq_len + 1)", "np.linspace(0, 50, seq_len + 1)"),
)

edit(
    "generate_sine_data",
    "takes-cosine-for-sine",
    "Your waves are a quarter turn ahead. At time 0 a wave is the sine of its phase.",
    ("np.sin(", "np.cos("),
)
edit(
    "generate_sine_data",
    "draws-whole-periods",
    "Your periods are whole numbers. Draw real ones: rng.uniform, not rng.integers.",
    ("rng.uniform(10, 40,", "rng.integers(10, 41,"),
)
edit(
    "generate_sine_data",
    "draws-period-and-phase-in-turn",
    "You draw period and phase of each sequence in turn. All periods are drawn first, then all "
    "phases.",
    (
        """
            period = rng.uniform(10, 40, size=(n_sequences, 1))
            phase = rng.uniform(0, 2 * np.pi, size=(n_sequences, 1))
        """,
        """
            pairs = [(rng.uniform(10, 40), rng.uniform(0, 2 * np.pi)) for _ in range(n_sequences)]
            period, phase = np.array(pairs).T[:, :, None]
        """,
    ),
)
edit(
    "generate_sine_data",
    "draws-phases-before-periods",
    "You draw the phases before the periods. All periods are drawn first, then all phases.",
    (
        """
            period = rng.uniform(10, 40, size=(n_sequences, 1))
            phase = rng.uniform(0, 2 * np.pi, size=(n_sequences, 1))
        """,
        """
            phase = rng.uniform(0, 2 * np.pi, size=(n_sequences, 1))
            period = rng.uniform(10, 40, size=(n_sequences, 1))
        """,
    ),
)

# == make_windows ==

edit(
    "make_windows",
    "omits-last-window",
    "The last window is missing. range(M) stops at M - 1 already: count the windows for N = 10, T "
    "= 4, k = 2 on the figure.",
    ("len(series) - T - k + 1", "len(series) - T - k"),
)
edit(
    "make_windows",
    "repeats-last-input-as-target",
    "The first target of each window is also its last input: the network can copy it. The inputs "
    "end at m + T - 1, so the targets start at m + T.",
    ("m + T : m + T + k", "m + T - 1 : m + T + k - 1"),
)
edit(
    "make_windows",
    "leaves-gap-before-targets",
    "There is a gap of one value between inputs and targets. The slice m : m + T does not hold "
    "series[m + T], so that is the first target.",
    ("len(series) - T - k + 1", "len(series) - T - k"),
    ("m + T : m + T + k", "m + T + 1 : m + T + k + 1"),
)
edit(
    "make_windows",
    "omits-feature-axis",
    "The inputs lack the axis of features. A recurrent layer reads (M, T, 1): one number a step is "
    "still a vector, of length 1.",
    ("X[:, :, None], Y", "X, Y"),
)
edit(
    "make_windows",
    "makes-windows-without-overlap",
    "Your windows do not overlap. The next window starts one step later, not T steps later.",
    ("X[:, :, None], Y", "X[::T, :, None], Y[::T]"),
)
edit(
    "make_windows",
    "shuffles-before-splitting",
    "Your split mixes the values. A forecast is tested on a time after the training: cut the "
    "series, do not shuffle it.",
    ("first = len(series)", "series = np.random.permutation(series)\nfirst = len(series)"),
)
edit(
    "make_windows",
    "slices-from-minus-zero",
    "A slice from -0 on is the whole series. Count the places of the cuts from the front.",
    (
        "return series[:first], series[first : first + n_valid], series[first + n_valid :]",
        """
            rest, test = series[:-n_test], series[-n_test:]
            return rest[:-n_valid], rest[-n_valid:], test
        """,
    ),
)
edit(
    "make_windows",
    "puts-validation-after-test",
    "Your validation part comes after your test part. The latest values are the test: what is "
    "chosen on the validation part must not know them.",
    (
        "series[first : first + n_valid], series[first + n_valid :]",
        "series[first + n_test :], series[first : first + n_test]",
    ),
)
edit(
    "make_windows",
    "tests-on-oldest-values",
    "You test on the oldest values and train on the latest. Time runs the other way: train, "
    "validation, test.",
    (
        "series[:first], series[first : first + n_valid], series[first + n_valid :]",
        "series[n_valid + n_test :], series[n_test : n_test + n_valid], series[:n_test]",
    ),
)

edit(
    "make_windows",
    "fills-windows-of-32-bits",
    "The windows have 32 bits and the series has 64: its values are rounded. Give them the "
    "series' dtype.",
    ("X[:, :, None], Y", "X[:, :, None].astype(np.float32), Y.astype(np.float32)"),
)
edit(
    "make_windows",
    "splits-into-lists",
    "The parts are lists, and one cannot compute with a list. Return arrays; slices of the series "
    "are arrays.",
    ("first = len(series)", "series = list(series)\nfirst = len(series)"),
)
edit(
    "make_windows",
    "leaves-no-single-window",
    "A series of T + k values gives one window. Only a shorter one is a ValueError.",
    ("if M < 1:", "if M <= 1:"),
)

# == Scaler ==

edit(
    "Scaler",
    "divides-by-n-minus-one",
    "Your standard deviation divides by n - 1. That is what torch.std and pandas do; here the sum "
    "of squares is divided by n, as np.std does.",
    ("np.std(values)", "np.std(values, ddof=1)"),
)
edit(
    "Scaler",
    "refits-in-transform",
    "transform fits again, on whatever it is given: the test set is scaled by its own mean and "
    "std. Estimate in fit only.",
    (
        "return (values - self.mean) / self.std",
        "self.fit(np.asarray(values))\nreturn (values - self.mean) / self.std",
    ),
)
edit(
    "Scaler",
    "adds-mean-before-multiplying",
    "inverse undoes the two operations in the wrong order. transform divides last, so inverse "
    "multiplies first.",
    ("values * self.std + self.mean", "(values + self.mean) * self.std"),
)
edit(
    "Scaler",
    "scales-again-in-inverse",
    "inverse scales a second time, with the formula of transform. Solve the formula for s: "
    "multiply by std, then add the mean.",
    ("values * self.std + self.mean", "(values - self.mean) / self.std"),
)
edit(
    "Scaler",
    "divides-by-variance",
    "You divide by the variance, which is the scale applied twice. The standard deviation is its "
    "square root.",
    ("np.std(values)", "np.var(values)"),
)
edit(
    "Scaler",
    "uses-min-max-scaling",
    "You bring the values between 0 and 1. That depends on two extreme values; here mean and "
    "standard deviation are asked for.",
    ("np.mean(values)", "np.min(values)"),
    ("np.std(values)", "np.ptp(values)"),
)
edit(
    "Scaler",
    "transforms-in-place",
    "-= and /= change the array that you were given. Compute something new.",
    (
        "return (values - self.mean) / self.std",
        """
            values -= self.mean
            values /= self.std
            return values
        """,
    ),
)
edit(
    "Scaler",
    "divides-by-zero-std",
    "The standard deviation of equal values is 0, and 0 / 0 is not a number. Take 1 instead.",
    (" if np.ptp(values) > 0 else 1.0", ""),
)
edit(
    "Scaler",
    "compares-std-with-zero",
    "Rounding: the computed standard deviation of equal values can be 1e-17 in place of 0, so a "
    "comparison with 0 misses it. Compare the largest value with the smallest.",
    ("if np.ptp(values) > 0 else 1.0", "or 1.0"),
)
edit(
    "Scaler",
    "inverts-in-place",
    "*= and += in inverse change the array that you were given. Compute something new.",
    (
        "return values * self.std + self.mean",
        """
            values *= self.std
            values += self.mean
            return values
        """,
    ),
)

edit(
    "Scaler",
    "takes-small-std-for-zero",
    "A small standard deviation is taken for 0, so a series in small units is not scaled. Only "
    "equal values are the exception: compare the largest with the smallest.",
    ("np.ptp(values) > 0", "np.std(values) > 1e-8"),
)
edit(
    "Scaler",
    "bounds-std-from-below",
    "The standard deviation is at least 1 with you, so a series in small units is not scaled.",
    ("float(np.std(values)) if", "max(float(np.std(values)), 1.0) if"),
)
edit(
    "Scaler",
    "adds-epsilon-to-std",
    "Something is added to the standard deviation. In small units it counts: only equal values "
    "need an exception.",
    ("float(np.std(values))", "float(np.std(values)) + 1e-8"),
)
edit(
    "Scaler",
    "converts-tensors-through-numpy",
    "Tensors go through NumPy, and their gradient is lost. With plain numbers for mean and std the "
    "formula works on tensors as it is.",
    (
        "return (values - self.mean) / self.std",
        """
            if torch.is_tensor(values):
                return torch.tensor((values.detach().numpy() - self.mean) / self.std)
            return (values - self.mean) / self.std
        """,
    ),
    (
        "return values * self.std + self.mean",
        """
            if torch.is_tensor(values):
                return torch.tensor(values.detach().numpy() * self.std + self.mean)
            return values * self.std + self.mean
        """,
    ),
)

# == LSTMPredictor ==

edit(
    "LSTMPredictor",
    "reads-time-first",
    "Your LSTM expects time first and walks along the batch. With batch_first=True it reads (B, T, "
    "D).",
    (", batch_first=True", ""),
)
edit(
    "LSTMPredictor",
    "predicts-only-last-step",
    "There is an output for the last step only. Every step has a target, so every state goes "
    "through the linear layer.",
    ("self.head(states)", "self.head(states[:, -1])"),
)
edit(
    "LSTMPredictor",
    "keeps-state-between-calls",
    "The network keeps its state between calls: the end of one batch becomes the start of an "
    "unrelated one. forward starts from zeros.",
    (
        "self.head = nn.Linear(hidden_size, 1)",
        "self.head = nn.Linear(hidden_size, 1)\nself.state = None",
    ),
    (
        "return self.run(x)[0]",
        """
            outputs, state = self.run(x, self.state)
            self.state = tuple(part.detach() for part in state)
            return outputs
        """,
    ),
)
edit(
    "LSTMPredictor",
    "ignores-num-layers",
    "num_layers has no effect: nn.LSTM makes one layer unless it is told how many.",
    ("hidden_size, num_layers, batch_first=True", "hidden_size, batch_first=True"),
)
edit(
    "LSTMPredictor",
    "uses-bidirectional-lstm",
    "A bidirectional LSTM reads the future as well. The target of step t is the input of step t + "
    "1: it would only have to copy.",
    ("batch_first=True", "batch_first=True, bidirectional=True"),
    ("nn.Linear(hidden_size, 1)", "nn.Linear(2 * hidden_size, 1)"),
)
edit(
    "LSTMPredictor",
    "ignores-given-state",
    "run ignores the state that it is given. Where does it go into the LSTM?",
    ("self.lstm(x, state)", "self.lstm(x)"),
)
edit(
    "LSTMPredictor",
    "applies-tanh-to-output",
    "The outputs are squashed to -1 … 1. Targets of a regression may be larger: the linear layer "
    "is the last one.",
    ("self.head(states)", "self.head(states).tanh()"),
)
edit(
    "LSTMPredictor",
    "ignores-input-size",
    "input_size has no effect: your LSTM reads one feature a step, whatever D is.",
    ("nn.LSTM(input_size, hidden_size", "nn.LSTM(1, hidden_size"),
)

edit(
    "LSTMPredictor",
    "detaches-returned-state",
    "run returns a detached state, so no gradient comes back over the hand-over. Return it as "
    "nn.LSTM does.",
    ("self.head(states), state", "self.head(states), tuple(part.detach() for part in state)"),
)
edit(
    "LSTMPredictor",
    "detaches-given-state",
    "run detaches the state that it is given, so no gradient comes back over the hand-over.",
    (
        "states, state = self.lstm(x, state)",
        """
            state = None if state is None else tuple(part.detach() for part in state)
            states, state = self.lstm(x, state)
        """,
    ),
)
edit(
    "LSTMPredictor",
    "makes-start-state-on-cpu",
    "The zeros of the start state are made on the CPU, wherever x is. Without a state nn.LSTM makes "
    "them itself.",
    (
        "states, state = self.lstm(x, state)",
        """
            if state is None:
                shape = self.lstm.num_layers, len(x), self.lstm.hidden_size
                state = torch.zeros(shape), torch.zeros(shape)
            states, state = self.lstm(x, state)
        """,
    ),
)

# == fit ==

edit(
    "fit",
    "accumulates-gradients-across-batches",
    "The gradients of earlier batches are still there: backward adds to them. Clear them before "
    "every backward.",
    ("optimizer.zero_grad()", ""),
)
edit(
    "fit",
    "steps-with-unclipped-gradients",
    "The optimizer gets gradients longer than max_norm. Is the clipping there, and does it stand "
    "between backward and step? After the step it is too late.",
    (
        "nn.utils.clip_grad_norm_(model.parameters(), max_norm)\noptimizer.step()",
        "optimizer.step()\nnn.utils.clip_grad_norm_(model.parameters(), max_norm)",
    ),
)
edit(
    "fit",
    "clips-entries-instead-of-norm",
    "You clip every entry by itself, which turns the gradient. Clip the norm of all gradients "
    "together.",
    ("clip_grad_norm_", "clip_grad_value_"),
)
edit(
    "fit",
    "validates-in-training-mode",
    "Validation runs in training mode: dropout would be on. Call model.eval() before it, and "
    "model.train() before the next epoch.",
    ("model.eval()\nwith torch.no_grad():", "with torch.no_grad():"),
)
edit(
    "fit",
    "tracks-gradients-in-validation",
    "Validation builds a graph for gradients that nobody needs. Put it under torch.no_grad().",
    ("torch.no_grad()", "torch.enable_grad()"),
)
edit(
    "fit",
    "trains-in-evaluation-mode",
    "From the second epoch on you train in evaluation mode. model.eval() lasts until model.train() "
    "is called again, in every epoch.",
    ("model.train()", ""),
    ("X, Y = train", "X, Y = train\nmodel.train()"),
)
edit(
    "fit",
    "restores-best-only-if-stopped",
    "The best weights are back only when training stops early. Load them also when all epochs have "
    "been run.",
    ("if waited == patience:", "if waited == patience:\n    model.load_state_dict(best)"),
    ("model.load_state_dict(best)\nmodel.eval()", "model.eval()"),
)
edit(
    "fit",
    "keeps-last-weights-not-best",
    "The model comes back with its last weights, not with its best. Load the best ones at the end. "
    "If you do, look at how you keep them: state_dict() hands out the live tensors, so it has to "
    "be copied deeply.",
    ("valid_loss, 0, copy.deepcopy(model.state_dict())", "valid_loss, 0, model.state_dict()"),
)
edit(
    "fit",
    "stops-one-epoch-late",
    "You stop one epoch too late: count the epochs without improvement in the table of the theory.",
    ("waited == patience", "waited > patience"),
)
edit(
    "fit",
    "stops-one-epoch-early",
    "You stop one epoch too early: patience = 1 means that one epoch without improvement is "
    "enough, not none.",
    ("waited == patience", "waited >= max(patience - 1, 1)"),
)
edit(
    "fit",
    "counts-all-epochs-without-improvement",
    "You count all epochs without improvement. It is those in a row: a better epoch sets the count "
    "back to 0.",
    ("waited, best = valid_loss, 0", "best = valid_loss"),
)
edit(
    "fit",
    "counts-ties-as-improvement",
    "An equal loss counts as an improvement. It must be lower than ever before.",
    ("valid_loss < lowest", "valid_loss <= lowest"),
)
edit(
    "fit",
    "compares-with-previous-epoch",
    "You compare with the epoch before, not with the best so far. A loss can fall from one epoch "
    "to the next and still be worse than the lowest.",
    ("waited += 1", "waited += 1\nlowest = valid_loss"),
)
edit(
    "fit",
    "selects-by-training-loss",
    "The best epoch is chosen by the training loss. That one goes on falling; the validation loss "
    "is the judge.",
    ("valid_loss < lowest", "total < lowest"),
    ("= valid_loss, 0", "= total, 0"),
)
edit(
    "fit",
    "averages-batch-means",
    "Your training loss is a mean of batch means, in which a small last batch counts as much as a "
    "full one. Weight each batch by its number of examples.",
    ("loss.item() * len(batch)", "loss.item()"),
    ("total / len(X)", "total / math.ceil(len(X) / batch_size)"),
)
edit(
    "fit",
    "drops-last-batch",
    "The last, smaller batch is left out. Every example counts in every epoch.",
    (
        "optimizer.zero_grad()",
        """
            if len(batch) < min(batch_size, len(X)):
                continue
            optimizer.zero_grad()
        """,
    ),
)
edit(
    "fit",
    "omits-shuffling",
    "The examples come in the same order in every epoch, the order of the data. Shuffle them.",
    ("torch.randperm(len(X), generator=generator)", "torch.arange(len(X))"),
)
edit(
    "fit",
    "shuffles-only-once",
    "You shuffle once, before the first epoch. Draw a new order in every epoch.",
    ("for batch in torch.randperm(len(X), generator=generator)", "for batch in order"),
    ("X, Y = train", "X, Y = train\norder = torch.randperm(len(X), generator=generator)"),
)
edit(
    "fit",
    "ignores-generator",
    "The order of the examples does not come from generator. Hand it to torch.randperm.",
    ("torch.randperm(len(X), generator=generator)", "torch.randperm(len(X))"),
)
edit(
    "fit",
    "recreates-optimizer-every-epoch",
    "A new optimizer in every epoch forgets its moments each time. Make it once, before the loop.",
    ("model.train()", "model.train()\noptimizer = torch.optim.Adam(model.parameters(), lr=lr)"),
)
edit(
    "fit",
    "uses-plain-gradient-descent",
    "The steps are those of plain gradient descent: as long as lr times the gradient. Take "
    "torch.optim.Adam.",
    ("torch.optim.Adam", "torch.optim.SGD"),
)
edit(
    "fit",
    "hardcodes-squared-error-everywhere",
    "The mean squared error is written into your loop, whatever loss_fn is. Call loss_fn, in "
    "training and in validation.",
    ("loss_fn(model(X[batch])", "nn.functional.mse_loss(model(X[batch])"),
    ("loss_fn(model(valid[0])", "nn.functional.mse_loss(model(valid[0])"),
)
edit(
    "fit",
    "hardcodes-squared-error-in-training",
    "Training minimizes the mean squared error, whatever loss_fn is. Call loss_fn there as well, "
    "not in validation alone.",
    ("loss_fn(model(X[batch])", "nn.functional.mse_loss(model(X[batch])"),
)

edit(
    "fit",
    "clears-gradients-once-an-epoch",
    "You clear the gradients once an epoch, so they add up over its batches. Clear them before "
    "every backward.",
    ("optimizer.zero_grad()", ""),
    ("total = 0.0", "total = 0.0\noptimizer.zero_grad()"),
)
edit(
    "fit",
    "averages-validation-batches",
    "Your validation loss is a mean of batch means, in which a small last batch counts too much. "
    "Take all validation examples at once.",
    (
        "valid_loss = loss_fn(model(valid[0]), valid[1]).item()",
        """
            parts = zip(valid[0].split(batch_size), valid[1].split(batch_size))
            valid_loss = float(np.mean([loss_fn(model(x), y).item() for x, y in parts]))
        """,
    ),
)
edit(
    "fit",
    "starts-from-first-loss",
    "The first loss is the lowest so far, whatever it is. If it is nan, no later one is ever lower. "
    "Begin with infinity.",
    ("if valid_loss < lowest:", "if epoch == 0 or valid_loss < lowest:"),
)
edit(
    "fit",
    "stops-at-nan",
    "Training ends at the first loss that is nan. It is one epoch without improvement, no more.",
    ("if valid_loss < lowest:", "if math.isnan(valid_loss):\n    break\nif valid_loss < lowest:"),
)
edit(
    "fit",
    "starts-from-finite-bound",
    "The lowest loss begins with a number, and a loss may be larger than any. Begin with infinity.",
    ("lowest, waited, best = math.inf", "lowest, waited, best = 1e9"),
)
edit(
    "fit",
    "ignores-small-improvements",
    "A loss that is a little lower does not count with you. Lower is lower, by however little.",
    ("valid_loss < lowest", "valid_loss < lowest - 1e-4"),
)
edit(
    "fit",
    "always-shows-bar",
    "The progress bar is always shown. disable=not progress hides it.",
    ("tqdm(range(epochs), disable=not progress)", "tqdm(range(epochs))"),
)
edit(
    "fit",
    "keeps-losses-as-tensors",
    "The losses in the history are tensors. Plain floats are due: use .item().",
    ("loss.item() * len(batch)", "loss.detach() * len(batch)"),
)
edit(
    "fit",
    "seeds-generator-again",
    "fit seeds the generator, so every run has the same order. Draw from it as it is.",
    (
        "X, Y = train",
        """
            generator = (generator or torch.Generator()).manual_seed(0)
            X, Y = train
        """,
    ),
)

# == rollout ==

edit(
    "rollout",
    "uses-one-step-persistence",
    "Your persistence looks one step back, whatever k is. For k steps ahead the latest known value "
    "is k steps old.",
    ("series[: len(series) - k]", "series[k - 1 : -1]"),
)
edit(
    "rollout",
    "returns-targets-as-persistence",
    "Your persistence returns the values that are to be forecast. The forecast of series[i + k] is "
    "series[i].",
    ("series[: len(series) - k]", "series[k:]"),
)
edit(
    "rollout",
    "wraps-persistence-around",
    "np.roll brings the last values round to the front, as forecasts from the future. There are N "
    "- k forecasts.",
    ("series[: len(series) - k]", "np.roll(series, k)"),
)
edit(
    "rollout",
    "accepts-invalid-k",
    "A k that makes no sense is not refused. k = 0 would forecast each value by itself: raise a "
    "ValueError.",
    ('raise ValueError(f"k must be in 1 … {len(series) - 1}, found {k}")', "pass"),
)
edit(
    "rollout",
    "drops-state-between-steps",
    "The state does not go from step to step: after the seed each forecast knows one number of the "
    "past. Hand the state back to run.",
    ("model.run(forecasts[-1], state)", "model.run(forecasts[-1])"),
)
edit(
    "rollout",
    "reuses-seed-state-every-step",
    "The state after the seed is used again and again. Each call returns a new one: keep that.",
    (
        "outputs, state = model.run(forecasts[-1], state)",
        "outputs, _ = model.run(forecasts[-1], state)",
    ),
)
edit(
    "rollout",
    "feeds-last-true-value-repeatedly",
    "You feed the last true value again and again. The next input is the forecast.",
    ("model.run(forecasts[-1], state)", "model.run(seed[:, -1:], state)"),
)
edit(
    "rollout",
    "returns-one-step-predictions",
    "You return one-step predictions on true values, within the seed. From the end of the seed on, "
    "the only inputs are forecasts.",
    ("forecasts = [outputs[:, -1:]]", "forecasts = list(outputs[:, -n:].split(1, dim=1))"),
)
edit(
    "rollout",
    "omits-first-forecast",
    "The first forecast is missing. The output at the last step of the seed is a forecast already.",
    ("len(forecasts) < n", "len(forecasts) <= n"),
    ("[:, :, 0]", "[:, 1:, 0]"),
)
edit(
    "rollout",
    "reads-last-seed-value-twice",
    "The last value of the seed is read twice: once with the seed, and once more as the first "
    "input of the rollout.",
    (
        "forecasts = [outputs[:, -1:]]",
        "outputs, state = model.run(seed[:, -1:], state)\nforecasts = [outputs]",
    ),
)
edit(
    "rollout",
    "reads-only-last-seed-value",
    "The model reads only the last value of the seed. The values before it build up the state.",
    ("model.run(seed)", "model.run(seed[:, -1:])"),
)
edit(
    "rollout",
    "rolls-out-in-training-mode",
    "The rollout runs in training mode: dropout would be on. Call model.eval().",
    ("model.eval()", ""),
)
edit(
    "rollout",
    "tracks-gradients-in-rollout",
    "The forecasts drag along a graph for gradients that nobody needs. Compute them under "
    "torch.no_grad().",
    ("torch.no_grad()", "torch.enable_grad()"),
)
edit(
    "rollout",
    "squeezes-batch-axis",
    "squeeze() also takes the axis of the batch away where it is 1. Say which axis: [:, :, 0].",
    ("torch.cat(forecasts, dim=1)[:, :, 0]", "torch.cat(forecasts, dim=1).squeeze()"),
)
edit(
    "rollout",
    "returns-persistence-as-list",
    "persistence returns a list, and one cannot compute with a list. Return an array.",
    ("series[: len(series) - k]", "list(series[: len(series) - k])"),
)
edit(
    "rollout",
    "switches-requires-grad-off",
    "After your rollout the model's parameters are frozen. torch.no_grad() around the calls leaves "
    "them as they are.",
    ("model.eval()", "model.eval().requires_grad_(False)"),
)
