"""Week 5: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == build_vocab ==

edit(
    "build_vocab",
    "requires-more-than-min-count",
    "Words that occur exactly min_count times are missing. At least min_count is asked for: >=, "
    "not >.",
    ("count >= min_count", "count > min_count"),
)
edit(
    "build_vocab",
    "ignores-min-count",
    "min_count has no effect: every word is taken in.",
    (" if count >= min_count", ""),
)
edit(
    "build_vocab",
    "counts-texts-not-occurrences",
    "A word that occurs twice in one text is counted once. You count the texts that hold a "
    "word; all its occurrences count.",
    ("in tokenize(text)", "in set(tokenize(text))"),
)
edit(
    "build_vocab",
    "puts-special-tokens-last",
    "Index 0 is a real word. Whoever pads with 0 then writes that word behind every sentence. "
    "<pad> and <unk> come first.",
    ('["<pad>", "<unk>", *words]', '[*words, "<pad>", "<unk>"]'),
)
edit(
    "build_vocab",
    "leaves-gaps-in-indices",
    "Your indices have gaps: you number the words before you leave out the rare ones. An index "
    "beyond the size of the table is then an error in the embedding.",
    ("counts.most_common() if count >= min_count", "counts.items()"),
    ('"<unk>", *words])', '"<unk>", *words]) if index < 2 or counts[word] >= min_count'),
)
edit(
    "build_vocab",
    "orders-words-by-appearance",
    "The words stand in the order in which they first appear. That decides only between equally "
    "frequent words: the most frequent comes first, as in most_common().",
    ("counts.most_common()", "counts.items()"),
)
edit(
    "build_vocab",
    "orders-words-alphabetically",
    "The words are in alphabetical order. The most frequent comes first.",
    ("counts.most_common()", "sorted(counts.items())"),
)
edit(
    "build_vocab",
    "puts-rarest-words-first",
    "The rarest word comes first. Turn the order round: the most frequent has index 2.",
    ("counts.most_common()", "reversed(counts.most_common())"),
)
edit(
    "build_vocab",
    "maps-unknown-words-to-padding",
    "Unknown words become <pad>: the mask takes them for padding. They become <unk>.",
    ('vocab.get(word, vocab["<unk>"])', 'vocab.get(word, vocab["<pad>"])'),
)
edit(
    "build_vocab",
    "drops-unknown-words",
    "Unknown words are left out, so sentences get shorter. Each becomes <unk>, in its place.",
    ('vocab.get(word, vocab["<unk>"])', "vocab[word]"),
    ("in tokenize(sentence)", "in tokenize(sentence) if word in vocab"),
)
edit(
    "build_vocab",
    "forgets-to-lowercase-sentences",
    "A word in upper case is not found. Cut sentences the same way as the texts of the "
    "vocabulary: with tokenize.",
    ("tokenize(sentence)", "sentence.split()"),
)
edit(
    "build_vocab",
    "leaves-empty-sentences-empty",
    "A sentence without words becomes an empty list. It would have no last state: give it a "
    "single <unk>.",
    (' or [vocab["<unk>"]]', ""),
)
edit(
    "build_vocab",
    "shrinks-sentences-of-unknown-words",
    "A sentence whose words are all unknown becomes a single <unk>. It has as many words as "
    "before: only a sentence without any word becomes a single one.",
    (
        'return [vocab.get(word, vocab["<unk>"]) for word in tokenize(sentence)] or [vocab["<unk>"]]',
        """
            found = [vocab.get(word, vocab["<unk>"]) for word in tokenize(sentence)]
            return found if any(index > 1 for index in found) else [1]
        """,
    ),
)
edit(
    "build_vocab",
    "cuts-texts-at-single-spaces",
    "A tab, a line break or two spaces in a row upset your words: split(' ') cuts at single "
    "spaces alone. Cut every text with tokenize.",
    (
        "for text in texts for word in tokenize(text)",
        "for text in texts for word in text.lower().split(' ')",
    ),
)

# == collate ==

edit(
    "collate",
    "pads-with-unknown-token",
    "You pad with 1, which is <unk>: a real entry of the vocabulary, that no mask can tell from "
    "a word. <pad> is 0.",
    ("torch.zeros", "torch.ones"),
)
edit(
    "collate",
    "pads-on-the-left",
    "The padding stands before the words. Words stand from the left on, or the last valid step "
    "is not at length - 1.",
    ("row[: len(indices)]", "row[len(row) - len(indices) :]"),
)
edit(
    "collate",
    "sets-all-lengths-to-maximum",
    "All your lengths are T. A length is the number of words of that sentence, without padding.",
    ("return ids, lengths, labels", "return ids, torch.full_like(lengths, ids.shape[1]), labels"),
)
edit(
    "collate",
    "keeps-labels-as-integers",
    "Your labels are whole numbers. The loss wants 32-bit floats.",
    (", dtype=torch.float32", ""),
)
edit(
    "collate",
    "truncates-to-shortest-sentence",
    "Long sentences are cut. T is the largest length of the batch, not the smallest or a fixed "
    "one.",
    ("lengths.max()", "lengths.min()"),
    ("torch.tensor(indices)", "torch.tensor(indices[: len(row)])"),
)
edit(
    "collate",
    "sorts-sentences-without-labels",
    "You sort ids and lengths, and the labels stay in the old order: answers and questions no "
    "longer belong together. Keep the order of the examples.",
    (
        "return ids, lengths, labels",
        """
            order = torch.argsort(lengths, descending=True)
            return ids[order], lengths[order], labels
        """,
    ),
)
edit(
    "collate",
    "pads-examples-in-place",
    "The examples themselves are padded: += or extend changes the lists of the data set. In the "
    "next epoch the padding counts as words.",
    (
        "row[: len(indices)] = torch.tensor(indices)",
        """
            indices += [0] * (len(row) - len(indices))
            row[:] = torch.tensor(indices)
        """,
    ),
)
edit(
    "collate",
    "excludes-unknown-words-from-lengths",
    "lengths counts what is not 1: <unk> is a word like any other.",
    ("return ids, lengths, labels", "return ids, lengths - (ids == 1).sum(dim=1), labels"),
)
edit(
    "collate",
    "returns-labels-before-lengths",
    "Your order of results is another one: ids, lengths, labels.",
    ("return ids, lengths, labels", "return ids, labels, lengths"),
)
edit(
    "collate",
    "counts-nonzero-indices",
    "lengths counts the entries of ids that are not 0. An index of 0 in an example counts like any "
    "other: take the length of the list.",
    ("return ids, lengths, labels", "return ids, (ids != 0).sum(dim=1), labels"),
)
edit(
    "collate",
    "returns-numpy-arrays",
    "You return NumPy arrays. A model and its loss want tensors.",
    ("return ids, lengths, labels", "return ids.numpy(), lengths.numpy(), labels.numpy()"),
)

# == last_valid ==

edit(
    "last_valid",
    "reads-final-time-step",
    "You read the last step of the batch. For a shorter sentence that is padding: read step "
    "lengths[n] - 1.",
    ("h[torch.arange(len(h), device=h.device), lengths - 1]", "h[:, -1]"),
)
edit(
    "last_valid",
    "pairs-sentences-with-all-lengths",
    "h[:, lengths - 1] takes every step from every sentence, (B, B, H). One index for the "
    "sentence goes with one for the step.",
    ("torch.arange(len(h), device=h.device)", ":"),
)
edit(
    "last_valid",
    "reads-one-step-late",
    "You are one step too late. Steps count from 0, so the last of n words is at step n - 1.",
    ("lengths - 1", "lengths.clamp(max=h.shape[1] - 1)"),
)
edit(
    "last_valid",
    "reads-one-step-early",
    "A state before the last one comes out: you have subtracted 2. Steps count from 0, so the "
    "last of n words is at step n - 1.",
    ("lengths - 1", "lengths - 2"),
)
edit(
    "last_valid",
    "reads-all-at-longest-length",
    "All sentences are read at one and the same step, that of the longest. Each has its own.",
    ("torch.arange(len(h), device=h.device), lengths - 1", ":, int(lengths.max()) - 1"),
)
edit(
    "last_valid",
    "divides-by-padded-length",
    "The sum is right, but it is divided by T. Divide by the number of words of each sentence.",
    ("/ weights.sum(dim=1)", "/ h.shape[1]"),
)
edit(
    "last_valid",
    "masks-after-averaging",
    "The mask comes too late: after the mean nothing can be taken out any more. Mask first, "
    "then add up.",
    ("(h * weights).sum(dim=1) / weights.sum(dim=1)", "h.mean(dim=1) * weights.mean(dim=1)"),
)
edit(
    "last_valid",
    "averages-over-padding",
    "The mask has no effect: the padded states are in your mean.",
    ("(h * weights).sum(dim=1) / weights.sum(dim=1)", "h.mean(dim=1)"),
)
edit(
    "last_valid",
    "sums-over-padding",
    "Padded states are in your sum, although you divide by the number of words. Take them out "
    "before the sum.",
    ("(h * weights)", "h"),
)
edit(
    "last_valid",
    "ignores-dtype-of-h",
    "masked_mean always returns 32 bits, whatever the type of h: .float() on the mask. Give the "
    "mask the type of h: .to(h.dtype).",
    (".to(h.dtype)", ".float()"),
)
edit(
    "last_valid",
    "returns-sum-not-mean",
    "You return the sum over the words. A mean is divided by their number.",
    (" / weights.sum(dim=1)", ""),
)
edit(
    "last_valid",
    "divides-by-batch-word-count",
    "You divide by the number of words in the whole batch. Each sentence has its own number: "
    "sum the mask along time only.",
    ("/ weights.sum(dim=1)", "/ weights.sum()"),
)
edit(
    "last_valid",
    "zeroes-padding-in-place",
    "h is another tensor after the call: you have written zeros into it. Make a new one, with * "
    "or torch.where.",
    ("(h * weights)", "h.masked_fill_(~mask.unsqueeze(-1), 0)"),
)
edit(
    "last_valid",
    "detaches-the-states",
    "No gradient flows: .detach(), .data or torch.no_grad() cuts the way back to the words.",
    ("return h[", "return h.detach()["),
    ("(h * weights)", "(h.detach() * weights)"),
)
edit(
    "last_valid",
    "counts-nonzero-states",
    "You count the states that are not zero. The state of a word may be zero as well: count the "
    "words in the mask.",
    ("/ weights.sum(dim=1)", "/ (h * weights != 0).any(dim=-1, keepdim=True).sum(dim=1)"),
)
edit(
    "last_valid",
    "squeezes-singleton-axes",
    "squeeze() without an axis takes away every axis of length 1: with one sentence, or with H = 1, "
    "the result has an axis too few. squeeze(1).",
    (
        "return h[torch.arange(len(h), device=h.device), lengths - 1]",
        """
            index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, h.shape[2])
            return h.gather(1, index).squeeze()
        """,
    ),
)

# == SentimentLSTM ==

edit(
    "SentimentLSTM",
    "forgets-batch-first",
    "Your LSTM expects time first and walks along the batch, from one sentence to the next. "
    "With batch_first=True it reads (B, T, E).",
    (", batch_first=True", ""),
)
edit(
    "SentimentLSTM",
    "reads-final-time-step",
    "You read the last step of the batch, h[:, -1] or h_n: with more padding the logits change. "
    "lengths says where a sentence ends: last_valid.",
    ("last_valid(h, lengths)", "h[:, -1]"),
)
edit(
    "SentimentLSTM",
    "returns-probabilities",
    "Your model returns probabilities. The loss has the sigmoid inside: return logits.",
    ("self.out(last_valid(h, lengths))", "torch.sigmoid(self.out(last_valid(h, lengths)))"),
)
edit(
    "SentimentLSTM",
    "forgets-to-squeeze-logits",
    "The logits are (B, 1). Take away the last axis, or the loss compares them with labels of "
    "shape (B,).",
    (".squeeze(-1)", ""),
)
edit(
    "SentimentLSTM",
    "squeezes-singleton-batch-axis",
    "squeeze() without an axis takes away B = 1 as well: a batch of one sentence has no batch "
    "any more. squeeze(-1).",
    (".squeeze(-1)", ".squeeze()"),
)
edit(
    "SentimentLSTM",
    "forgets-padding-idx",
    "The vector of <pad> is not zero, and is trained like a word. Tell the embedding: "
    "padding_idx=0.",
    (", padding_idx=0", ""),
)
edit(
    "SentimentLSTM",
    "reinitializes-padding-vector",
    "The table is filled anew after it was made, and row 0 with it: the vector of <pad> is not "
    "zero any more. Clear it again, or leave the table as PyTorch makes it.",
    (
        "self.out = nn.Linear(hidden_dim, 1)",
        """
            self.out = nn.Linear(hidden_dim, 1)
            nn.init.normal_(self.embedding.weight, std=0.1)
        """,
    ),
)
edit(
    "SentimentLSTM",
    "averages-over-padding",
    "You take the mean of all T states, padding included. Here the last valid state is asked for.",
    ("last_valid(h, lengths)", "h.mean(dim=1)"),
)
edit(
    "SentimentLSTM",
    "averages-valid-states",
    "You take the mean of the states. It is a good reader, but here the last valid state is "
    "asked for.",
    ("last_valid(h, lengths)", "masked_mean(h, torch.arange(ids.shape[1]) < lengths[:, None])"),
)
edit(
    "SentimentLSTM",
    "adds-dropout",
    "Your model has dropout in it: two calls give two answers. Here it is the three layers and "
    "nothing else.",
    ("self.embedding(ids)", "F.dropout(self.embedding(ids), training=self.training)"),
)
edit(
    "SentimentLSTM",
    "makes-lstm-bidirectional",
    "Your LSTM runs in both directions. One is asked for here; the second is week 7.",
    ("batch_first=True", "batch_first=True, bidirectional=True"),
    ("nn.Linear(hidden_dim, 1)", "nn.Linear(2 * hidden_dim, 1)"),
)
edit(
    "SentimentLSTM",
    "derives-lengths-from-ids",
    "The last step is a word's only if lengths has that sentence's length. You read it from "
    "ids, where <pad> may stand inside of a sentence: use lengths.",
    ("last_valid(h, lengths)", "last_valid(h, (ids != 0).sum(dim=1))"),
)
edit(
    "SentimentLSTM",
    "detaches-the-states",
    "No gradient arrives at the LSTM and at the table of vectors: detach(), .data or no_grad cuts "
    "the way. They would never be trained.",
    ("last_valid(h, lengths)", "last_valid(h.detach(), lengths)"),
)
edit(
    "SentimentLSTM",
    "returns-probabilities-in-evaluation-mode",
    "In evaluation mode your model returns probabilities. evaluate takes the loss of logits, and "
    "compares them with 0: return logits in either mode.",
    (
        "return self.out(last_valid(h, lengths)).squeeze(-1)",
        """
            logits = self.out(last_valid(h, lengths)).squeeze(-1)
            return logits if self.training else torch.sigmoid(logits)
        """,
    ),
)

# == train_epoch ==

edit(
    "train_epoch",
    "forgets-unscaling-before-clipping",
    "You clip scaled gradients: unscale_ is missing. They are clipped to max_norm and then "
    "divided by the scale, so hardly anything is left.",
    ("scaler.unscale_(optimizer)", ""),
)
edit(
    "train_epoch",
    "clips-before-unscaling",
    "You clip before you unscale: the clipping sees gradients that are too large by the scale. "
    "First unscale_, then clip.",
    (
        """
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        """,
        """
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            scaler.unscale_(optimizer)
        """,
    ),
)
edit(
    "train_epoch",
    "never-clears-gradients",
    "Old gradients are still there: backward adds to them. Clear them before every backward.",
    ("optimizer.zero_grad(set_to_none=True)", ""),
)
edit(
    "train_epoch",
    "clears-gradients-before-step",
    "The gradients are cleared between backward and step, so nothing is left to learn from. "
    "Clear them before the forward pass.",
    (
        "scaler.scale(loss).backward()",
        """
            scaler.scale(loss).backward()
            optimizer.zero_grad(set_to_none=True)
        """,
    ),
)
edit(
    "train_epoch",
    "averages-batch-means",
    "Your loss is a mean of batch means, in which a small last batch counts as much as a full "
    "one. Weight each by its number of examples.",
    ("loss.item() * len(labels)", "loss.item()"),
    ("count += len(labels)", "count += 1"),
)
edit(
    "train_epoch",
    "returns-last-batch-loss",
    "You return the loss of the last batch. The mean over all examples is asked for.",
    ("total += loss.item() * len(labels)", "total = loss.item()"),
    ("return total / count", "return total"),
)
edit(
    "train_epoch",
    "returns-scaled-loss",
    "The loss that you return is scaled. The scaled one is for backward alone.",
    (
        "scaler.scale(loss).backward()",
        """
            loss = scaler.scale(loss)
            loss.backward()
        """,
    ),
)
edit(
    "train_epoch",
    "sums-losses-within-batch",
    "You add up the losses of a batch. The loss is their mean; with the sum the gradients grow "
    "with the size of the batch.",
    ("(logits, labels)", '(logits, labels, reduction="sum")'),
    ("loss.item() * len(labels)", "loss.item()"),
)
edit(
    "train_epoch",
    "forgets-loss-scaling",
    "The gradients are not scaled: backward runs from loss itself, and unscale_ then divides "
    "them. backward belongs to scaler.scale(loss).",
    ("scaler.scale(loss)", "loss"),
)
edit(
    "train_epoch",
    "steps-without-the-scaler",
    "The optimizer takes the step itself, so the scaler cannot leave out a step whose gradients "
    "are infinite. scaler.step(optimizer).",
    ("scaler.step(optimizer)", "optimizer.step()"),
)
edit(
    "train_epoch",
    "forgets-scaler-update",
    "The scaler is never updated: the scale stays too large after an overflow. Call "
    "scaler.update() after each step.",
    ("scaler.update()", ""),
)
edit(
    "train_epoch",
    "forgets-gradient-clipping",
    "Gradients are not clipped as asked: all of them together, to max_norm, which is 1 unless it is "
    "given.",
    ("nn.utils.clip_grad_norm_(model.parameters(), max_norm)", ""),
)
edit(
    "train_epoch",
    "clips-after-the-step",
    "You clip after the step: too late, those gradients have been used.",
    (
        """
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            scaler.step(optimizer)
        """,
        """
            scaler.step(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        """,
    ),
)
edit(
    "train_epoch",
    "clips-by-value",
    "You clip every entry by itself, which turns the gradient. Clip the norm of all together: "
    "clip_grad_norm_.",
    ("clip_grad_norm_", "clip_grad_value_"),
)
edit(
    "train_epoch",
    "applies-sigmoid-twice",
    "A sigmoid before binary_cross_entropy_with_logits: it has one inside. Give it the logits.",
    ("(logits, labels)", "(torch.sigmoid(logits), labels)"),
)
edit(
    "train_epoch",
    "forgets-train-mode",
    "The model is not brought into training mode: after an evaluation you would train without "
    "dropout. model.train().",
    ("model.train()", ""),
)
edit(
    "train_epoch",
    "forgets-autocast",
    "amp_dtype has no effect: the forward pass runs in 32 bits. Put it under torch.autocast.",
    ("enabled=amp_dtype is not None", "enabled=False"),
)
edit(
    "train_epoch",
    "always-enables-autocast",
    "autocast is on also when amp_dtype is None; it then takes a type of its own choice. "
    "enabled=amp_dtype is not None.",
    (", enabled=amp_dtype is not None", ""),
)
edit(
    "train_epoch",
    "clips-each-parameter-separately",
    "You clip each parameter by itself. Clip all together: one call, with model.parameters().",
    (
        "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        """
            for parameter in model.parameters():
                nn.utils.clip_grad_norm_(parameter, max_norm)
        """,
    ),
)
edit(
    "train_epoch",
    "uses-default-autocast-dtype",
    "autocast is on, but it takes a type of its own choice, whatever amp_dtype says. Give it "
    "the type: dtype=amp_dtype.",
    ("dtype=amp_dtype, ", ""),
)
edit(
    "train_epoch",
    "steps-once-per-epoch",
    "The step stands behind the loop: only the gradients of the last batch are used. Everything "
    "from clearing to update belongs to each batch.",
    (
        """
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            scaler.step(optimizer)
            scaler.update()
        """,
        "",
    ),
    (
        "return total / count",
        """
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            scaler.step(optimizer)
            scaler.update()
            return total / count
        """,
    ),
)
edit(
    "train_epoch",
    "leaves-batches-where-they-are",
    "The tensors of a batch stay where the loader made them, on the CPU. Bring ids, lengths and "
    "labels to the device of the model's parameters.",
    ("ids, lengths, labels = ids.to(device), lengths.to(device), labels.to(device)", ""),
)
edit(
    "train_epoch",
    "goes-backward-under-autocast",
    "The backward pass stands inside of the autocast block. Only the forward pass and the loss "
    "belong there: move the lines behind them out of it.",
    (
        """
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
        """,
        """
            with torch.autocast(device.type, dtype=amp_dtype, enabled=amp_dtype is not None):
                scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
        """,
    ),
)
edit(
    "train_epoch",
    "keeps-the-graphs-of-all-batches",
    "You add up loss itself, a tensor, and with it the graph of every batch is kept: memory grows "
    "until the end. loss.item() is a plain number.",
    ("total += loss.item() * len(labels)", "total = total + loss * len(labels)"),
    ("return total / count", "return (total / count).item()"),
)
edit(
    "train_epoch",
    "fills-gradients-with-zeros",
    "Old gradients are set to zero instead of being forgotten. A weight that gets no gradient then "
    "still gets a step, by momentum or weight decay: set_to_none=True.",
    ("set_to_none=True", "set_to_none=False"),
)
edit(
    "train_epoch",
    "takes-the-loss-of-probabilities",
    "The loss of a large logit is wrong: log(sigmoid(z)) runs into log(0), which is cut off at "
    "-100. binary_cross_entropy_with_logits has the sigmoid inside, in a form that cannot.",
    (
        "loss = F.binary_cross_entropy_with_logits(logits, labels)",
        """
            p = torch.sigmoid(logits.float())
            with torch.autocast(device.type, enabled=False):
                loss = F.binary_cross_entropy(p, labels)
        """,
    ),
)
edit(
    "train_epoch",
    "switches-only-the-outer-mode",
    "Only the model itself is in training mode, its layers are not: dropout stays off. Call "
    "model.train(), which goes through all layers.",
    ("model.train()", "model.training = True"),
)

edit(
    "train_epoch",
    "stretches-short-gradients",
    "A gradient whose norm is below max_norm is stretched up to it. Clipping shortens what is longer "
    "than max_norm, and leaves the rest as it is.",
    (
        "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
        """
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.stack([g.norm() for g in grads]).norm()
            for g in grads:
                g.mul_(max_norm / norm)
        """,
    ),
)
edit(
    "train_epoch",
    "asks-for-autocast-on-the-cpu",
    "autocast is switched on for the CPU, wherever the model is: on a GPU it then has no effect. Its "
    "first argument is the type of the model's device.",
    ("torch.autocast(device.type", 'torch.autocast("cpu"'),
)

# == evaluate ==

edit(
    "evaluate",
    "averages-batch-losses",
    "Your loss is a mean of batch means. Weight each batch by its number of examples.",
    (
        "for ids, lengths, labels in loader",
        "for batches, (ids, lengths, labels) in enumerate(loader, 1)",
    ),
    ("loss.item() * len(labels)", "loss.item()"),
    ("return total / count", "return total / batches"),
)
edit(
    "evaluate",
    "averages-batch-losses-and-accuracies",
    "Loss and accuracy are means of batch means, in which a small last batch counts as much as "
    "a full one. Count examples.",
    ("loss.item() * len(labels)", "loss.item()"),
    (".sum().item()", ".float().mean().item()"),
    ("count += len(labels)", "count += 1"),
)
edit(
    "evaluate",
    "forgets-eval-mode",
    "The model is evaluated in training mode: dropout is on. model.eval() before the loop.",
    ("model.eval()", ""),
)
edit(
    "evaluate",
    "leaves-eval-mode-on",
    "The model is left in evaluation mode: the next epoch would train without dropout. Note the "
    "mode before, and put it back.",
    ("model.train(was_training)", ""),
)
edit(
    "evaluate",
    "always-restores-train-mode",
    "A model that came in evaluation mode is left in training mode. Put back the mode that was "
    "there, not always training.",
    ("model.train(was_training)", "model.train()"),
)
edit(
    "evaluate",
    "restores-top-level-mode-only",
    "Only the model itself is back in its mode, its layers are not: dropout stays off. Call "
    "model.train(was_training), which goes through all layers.",
    ("model.train(was_training)", "model.training = was_training"),
)
edit(
    "evaluate",
    "forgets-no-grad",
    "A graph for gradients is built in the evaluation. Put the loop under torch.no_grad().",
    ("torch.no_grad(), ", ""),
)
edit(
    "evaluate",
    "advances-random-state",
    "The random state is another one after the evaluation. A DataLoader draws a number whenever "
    "its loop starts: put the loop inside torch.random.fork_rng().",
    (", torch.random.fork_rng()", ""),
)
edit(
    "evaluate",
    "sets-a-fixed-seed",
    "A fixed seed in the evaluation makes all that is drawn afterwards the same in every epoch. "
    "fork_rng() puts the random state back; a seed replaces it.",
    (
        "with torch.no_grad(), torch.random.fork_rng():",
        """
            torch.manual_seed(0)
            with torch.no_grad():
        """,
    ),
)
edit(
    "evaluate",
    "thresholds-logits-at-half",
    "A logit is compared with 0.5. That is the threshold of a probability; the logit that "
    "belongs to it is 0.",
    ("(logits > 0)", "(logits > 0.5)"),
)
edit(
    "evaluate",
    "uses-default-autocast-dtype",
    "autocast is on, but it takes a type of its own choice, whatever amp_dtype says. Give it "
    "the type: dtype=amp_dtype.",
    ("dtype=amp_dtype, ", ""),
)
edit(
    "evaluate",
    "counts-zero-logits-as-positive",
    "A logit of exactly 0 counts as positive. Positive is what is above 0: >, not >=.",
    ("(logits > 0)", "(logits >= 0)"),
)
edit(
    "evaluate",
    "returns-correct-count",
    "The accuracy is the number of right answers. Divide it by the number of examples.",
    ("right / count", "float(right)"),
)
edit(
    "evaluate",
    "returns-accuracy-in-percent",
    "The accuracy is in percent. A share between 0 and 1 is asked for.",
    ("right / count", "100 * right / count"),
)
edit(
    "evaluate",
    "returns-accuracy-first",
    "You return the accuracy first. The order is loss, accuracy.",
    ("total / count, right / count", "right / count, total / count"),
)
edit(
    "evaluate",
    "applies-sigmoid-twice",
    "A sigmoid before binary_cross_entropy_with_logits: it has one inside. Give it the logits.",
    ("(logits, labels)", "(torch.sigmoid(logits), labels)"),
)
edit(
    "evaluate",
    "forgets-autocast",
    "amp_dtype has no effect: the forward pass runs in 32 bits. Put it under torch.autocast.",
    ("enabled=amp_dtype is not None", "enabled=False"),
)
edit(
    "evaluate",
    "leaves-batches-where-they-are",
    "The tensors of a batch stay where the loader made them, on the CPU. Bring ids, lengths and "
    "labels to the device of the model's parameters.",
    ("ids, lengths, labels = ids.to(device), lengths.to(device), labels.to(device)", ""),
)
edit(
    "evaluate",
    "rounds-the-sigmoid",
    "A small positive logit counts as negative: in 16 bits its sigmoid is 0.5, and that is rounded "
    "to 0. Compare the logit with 0.",
    ("((logits > 0) == (labels > 0.5))", "(torch.round(torch.sigmoid(logits)) == labels)"),
)
edit(
    "evaluate",
    "freezes-the-weights",
    "requires_grad of the weights is off after the evaluation: nothing can be trained any more. "
    "torch.no_grad() is enough.",
    ("model.eval()", "model.eval().requires_grad_(False)"),
)
edit(
    "evaluate",
    "asks-for-autocast-on-the-cpu",
    "autocast is switched on for the CPU, wherever the model is: on a GPU it then has no effect. Its "
    "first argument is the type of the model's device.",
    ("torch.autocast(device.type", 'torch.autocast("cpu"'),
)
