"""Week 7: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == reverse_padded ==

edit(
    "reverse_padded",
    "flips-whole-rows",
    "You flip whole rows, so the padding comes first. Each row has to be turned "
    "within its own length.",
    ("lengths.to(x.device)[:, None]", "x.shape[1]"),
)
edit(
    "reverse_padded",
    "reverses-padding-too",
    "After flip and roll the tokens are right, but the padding comes in reverse order. It has "
    "to stay where and as it is.",
    ("torch.where(steps < ends, ends - 1 - steps, steps)", "(ends - 1 - steps) % x.shape[1]"),
)
edit(
    "reverse_padded",
    "starts-one-past-last-token",
    "The backward index is off by one: the last token of a row with n tokens stands at n - 1.",
    ("ends - 1 - steps", "(ends - steps).clamp(max=x.shape[1] - 1)"),
)
edit(
    "reverse_padded",
    "zeroes-the-padding",
    "Your padding is set to zero. It has to stay as it is.",
    (
        "return x[rows, index]",
        """
            out = x[rows, index]
            out[steps >= ends] = 0
            return out
        """,
    ),
)
edit(
    "reverse_padded",
    "reverses-within-longest-length",
    "All rows are turned within the longest length. Each row has a length of its own.",
    ("lengths.to(x.device)[:, None]", "lengths.max()"),
)
edit(
    "reverse_padded",
    "flips-features-too",
    "You flip the features too. Only time is turned round; the features of a position stay in "
    "their order.",
    ("x[rows, index]", "x[rows, index].flip(tuple(range(2, x.dim())))"),
)
edit(
    "reverse_padded",
    "reverses-x-in-place",
    "You write into x itself: after the call the caller's batch is another one. Make a new "
    "tensor (clone) and fill that.",
    (
        "return x[rows, index]",
        """
            with torch.no_grad():
                x[:] = x[rows, index]
            return x
        """,
    ),
)
edit(
    "reverse_padded",
    "detaches-the-result",
    "No gradient flows through your result: the tensor was rebuilt from plain values, or detached.",
    ("x[rows, index]", "x[rows, index].detach()"),
)

edit(
    "reverse_padded",
    "makes-result-of-fixed-type",
    "Your result has a type that you chose: what is written into it is cut to integers, or comes "
    "out in another precision. Make it from x: x.clone(), torch.empty_like(x).",
    ("x[rows, index]", "x[rows, index].to(torch.long if x.dim() == 2 else torch.float64)"),
)
edit(
    "reverse_padded",
    "returns-x-where-nothing-turns",
    "Where nothing has to be turned you return x itself. Who writes into the result then changes x: "
    "return a copy.",
    (
        "return x[rows, index]",
        """
            if (lengths == 1).all():
                return x
            return x[rows, index]
        """,
    ),
)
edit(
    "reverse_padded",
    "multiplies-with-the-mask",
    "You pick by multiplying with 0 and 1. nan and infinity times 0 are nan: use torch.where, or "
    "indices.",
    (
        "return x[rows, index]",
        """
            inside = (steps < ends).reshape(len(x), -1, *(1,) * (x.dim() - 2))
            return x[rows, ends - 1 - steps] * inside + x * ~inside
        """,
    ),
)
edit(
    "reverse_padded",
    "numbers-steps-in-bytes",
    "Your indices are integers of 8 bits, which end at 255: rows can be longer.",
    (
        "index = torch.where(steps < ends, ends - 1 - steps, steps)",
        """
            steps, ends = steps.to(torch.uint8), ends.to(torch.uint8)
            index = torch.where(steps < ends, ends - 1 - steps, steps).long()
        """,
    ),
)
edit(
    "reverse_padded",
    "views-contiguous-memory",
    "view wants its entries one after the other in memory, and an argument can be a view with its "
    "axes swapped. Use reshape, or index with the mask.",
    (
        "return x[rows, index]",
        """
            B, T = x.shape[:2]
            return x.view(B * T, -1)[(index + T * rows).view(-1)].view(x.shape)
        """,
    ),
)

# == birnn ==

edit(
    "birnn",
    "starts-backward-run-at-padding",
    "Your backward network reads the padding first: flip turns whole rows. Turn every row "
    "within its length.",
    (
        "reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)",
        "run(backward_step, x.flip(1)).flip(1)",
    ),
)
edit(
    "birnn",
    "leaves-backward-states-reversed",
    "Your backward states stand in the order in which they were made: the first one belongs to "
    "the last token. Turn them back before you join them.",
    (
        "reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)",
        "run(backward_step, reverse_padded(x, lengths))",
    ),
)
edit(
    "birnn",
    "flips-states-back-ignoring-lengths",
    "You turn the backward states back with flip. That moves them to the wrong end of a padded "
    "row: use the lengths here too.",
    (
        "reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)",
        "run(backward_step, reverse_padded(x, lengths)).flip(1)",
    ),
)
edit(
    "birnn",
    "puts-backward-states-first",
    "Your backward states stand first. Join the forward states in front of them.",
    ("[ahead, back]", "[back, ahead]"),
)
edit(
    "birnn",
    "leaves-padding-states-nonzero",
    "Your states at padding are not zero. The loop runs on there: set them to zero at the end.",
    (".masked_fill(padding[..., None], 0)", ""),
)
edit(
    "birnn",
    "uses-forward-step-both-ways",
    "Both directions use forward_step. They are two networks with weights of their own.",
    ("backward_step, reverse_padded(x, lengths)", "forward_step, reverse_padded(x, lengths)"),
)
edit(
    "birnn",
    "starts-backward-from-forward-state",
    "Your backward network starts from the last forward state, so it has seen everything "
    "already. Both start from None.",
    ("def run(step, inputs):", "def run(step, inputs, h=None):"),
    ("h, states = None, []", "states = []"),
    ("reverse_padded(x, lengths)", "reverse_padded(x, lengths), ahead[:, -1]"),
)
edit(
    "birnn",
    "resets-state-every-step",
    "The state is not handed on: every step starts from zeros.",
    ("step(inputs[:, t], h)", "step(inputs[:, t], None)"),
)
edit(
    "birnn",
    "interleaves-both-directions",
    "The two directions are interleaved: forward, backward, forward, … Join them so that all "
    "forward features come first.",
    ("torch.cat([ahead, back], dim=-1)", "torch.stack([ahead, back], dim=-1).flatten(2)"),
)
edit(
    "birnn",
    "adds-both-directions",
    "You add the two directions. They are put side by side, so that the classifier can weigh "
    "them: 2H features.",
    ("torch.cat([ahead, back], dim=-1)", "(ahead + back)"),
)
edit(
    "birnn",
    "detaches-every-step",
    "The state is detached between steps: the values are right, but no gradient reaches the "
    "steps before.",
    ("step(inputs[:, t], h)", "step(inputs[:, t], None if h is None else h.detach())"),
)
edit(
    "birnn",
    "detaches-returned-states",
    "No gradient reaches the weights: the states are detached, or go through NumPy. Keep the "
    "tensors that the steps return.",
    ("states.append(h)", "states.append(h.detach())"),
)
edit(
    "birnn",
    "zeroes-input-padding-in-place",
    "You set the padding of x itself to zero: after the call the caller's batch is another one. "
    "Nothing has to be done to x; the states at padding are zeroed at the end.",
    (
        "ahead = run(forward_step, x)",
        """
            x[~length_mask(lengths, x.shape[1])] = 0
            ahead = run(forward_step, x)
        """,
    ),
)
edit(
    "birnn",
    "starts-with-input-sized-state",
    "Your first state is made of zeros with D features. A state has H, and birnn cannot know H "
    "before the first step: start from None.",
    ("h, states = None, []", "h, states = torch.zeros_like(inputs[:, 0]), []"),
)

edit(
    "birnn",
    "multiplies-padding-with-zero",
    "You multiply with 0 at padding. What stands there can be nan or infinite, and times 0 that is "
    "nan: masked_fill or torch.where writes a 0.",
    (".masked_fill(padding[..., None], 0)", " * ~padding[..., None]"),
)
edit(
    "birnn",
    "stores-states-in-float32",
    "Your states are right to some digits only, or of type float32: keep them in the type that the "
    "steps return, as torch.stack does.",
    ("states.append(h)", "states.append(h.float())"),
)
edit(
    "birnn",
    "detaches-the-input",
    "The values are right, but no gradient reaches x: take x and the states as they are, without detach "
    "and NumPy.",
    ("h, states = None, []", "h, states, inputs = None, [], inputs.detach()"),
)
edit(
    "birnn",
    "detaches-input-of-backward-run",
    "The values are right, but no gradient goes from the backward states to x. Both directions read x "
    "as it is.",
    ("reverse_padded(x, lengths)", "reverse_padded(x.detach(), lengths)"),
)
edit(
    "birnn",
    "omits-state-before-first-token",
    "A step is called with two arguments, also before the first token: step(x_t, None).",
    ("h = step(inputs[:, t], h)", "h = step(inputs[:, t], h) if states else step(inputs[:, t])"),
)
edit(
    "birnn",
    "cuts-gradient-every-few-steps",
    "You detach the state every some steps. Gradients must go through all time steps.",
    ("h = step(inputs[:, t], h)", "h = step(inputs[:, t], h.detach() if t % 20 == 19 else h)"),
)

# == BiLSTMTagger ==

edit(
    "BiLSTMTagger",
    "skips-sequence-packing",
    "The LSTM gets a padded tensor, so its backward half reads the padding first. Pack the "
    "sequence with its lengths.",
    (
        """
            packed = pack_padded_sequence(
                self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
        """,
        "states, _ = self.lstm(self.embedding(tokens))",
    ),
)
edit(
    "BiLSTMTagger",
    "forgets-lstm-batch-first",
    "Without batch_first the LSTM takes axis 0 for time: it runs from sentence to sentence of "
    "the batch. There is no error, the shapes are the same.",
    ("hidden_dim, batch_first=True", "hidden_dim"),
    (
        """
            packed = pack_padded_sequence(
                self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
        """,
        "states, _ = self.lstm(self.embedding(tokens))",
    ),
)
edit(
    "BiLSTMTagger",
    "unpacks-time-first",
    "pad_packed_sequence lacks batch_first=True: it returns (T, B, 2H), time first.",
    ("self.lstm(packed)[0], batch_first=True,", "self.lstm(packed)[0],"),
)
edit(
    "BiLSTMTagger",
    "uses-final-hidden-states",
    "You use the final hidden states h_n, one for the whole sentence. A tagger needs the states "
    "of every step: the first result of the LSTM.",
    (
        """
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
        """,
        """
            _, (h, _) = self.lstm(packed)
            states = torch.cat([h[0], h[1]], dim=-1)[:, None].expand(-1, tokens.shape[1], -1)
        """,
    ),
)
edit(
    "BiLSTMTagger",
    "requires-sorted-lengths",
    "The lengths come in any order, and packing refuses them. Which argument of "
    "pack_padded_sequence lifts that?",
    ("batch_first=True, enforce_sorted=False", "batch_first=True"),
)
edit(
    "BiLSTMTagger",
    "leaves-rows-sorted-by-length",
    "You sort the rows by length and do not put them back: row b of the logits belongs to "
    "another sentence.",
    (
        "packed = pack_padded_sequence(",
        """
            lengths, order = lengths.sort(descending=True)
            packed = pack_padded_sequence(
        """,
    ),
    ("self.embedding(tokens)", "self.embedding(tokens[order])"),
)
edit(
    "BiLSTMTagger",
    "cuts-logits-to-longest-row",
    "The logits are only as long as the longest row. Tell pad_packed_sequence the T of tokens "
    "(total_length).",
    ("batch_first=True, total_length=tokens.shape[1]", "batch_first=True"),
)
edit(
    "BiLSTMTagger",
    "forgets-padding-idx",
    "The embedding does not know that number 0 is padding: padding_idx=0.",
    ("vocab_size, embed_dim, padding_idx=0", "vocab_size, embed_dim"),
)
edit(
    "BiLSTMTagger",
    "applies-dropout-to-logits",
    "Dropout stands behind the classifier: it sets scores of tags to zero. It belongs on the "
    "states, before the classifier.",
    ("self.classifier(self.dropout(states))", "self.dropout(self.classifier(states))"),
)
edit(
    "BiLSTMTagger",
    "relies-on-lstm-dropout",
    "nn.LSTM's own dropout works between stacked layers. With one layer it does nothing: put a "
    "dropout between LSTM and classifier.",
    ("bidirectional=True", "bidirectional=True, dropout=dropout"),
    ("self.dropout(states)", "states"),
)
edit(
    "BiLSTMTagger",
    "keeps-dropout-in-evaluation",
    "F.dropout drops in evaluation as well, unless it is told self.training. nn.Dropout knows "
    "it by itself.",
    ("self.dropout(states)", "nn.functional.dropout(states, self.dropout.p)"),
)
edit(
    "BiLSTMTagger",
    "returns-probabilities",
    "You return probabilities. The loss takes the softmax itself: return the logits.",
    ("(self.dropout(states))", "(self.dropout(states)).softmax(dim=-1)"),
)
edit(
    "BiLSTMTagger",
    "halves-hidden-size",
    "Each direction has half of hidden_dim units. Here hidden_dim counts the units of one "
    "direction, and the classifier reads twice as many.",
    ("nn.LSTM(embed_dim, hidden_dim,", "nn.LSTM(embed_dim, hidden_dim // 2,"),
    ("nn.Linear(2 * hidden_dim, num_tags)", "nn.Linear(hidden_dim // 2 * 2, num_tags)"),
)
edit(
    "BiLSTMTagger",
    "adds-dropout-to-embeddings",
    "Dropout is applied to the embeddings as well. In this exercise it stands in one place, "
    "between LSTM and classifier.",
    ("self.embedding(tokens)", "self.dropout(self.embedding(tokens))"),
)
edit(
    "BiLSTMTagger",
    "stacks-two-lstm-layers",
    "Your LSTM has two layers. Here it is one, so the dropout has to be a layer of its own, "
    "between LSTM and classifier.",
    ("bidirectional=True", "bidirectional=True, num_layers=2, dropout=dropout"),
    ("self.dropout(states)", "states"),
)
edit(
    "BiLSTMTagger",
    "moves-dropout-to-embeddings",
    "Dropout stands on the embeddings. In this exercise it belongs on the states, between LSTM "
    "and classifier.",
    ("self.embedding(tokens)", "self.dropout(self.embedding(tokens))"),
    ("self.dropout(states)", "states"),
)
edit(
    "BiLSTMTagger",
    "adds-activation-before-classifier",
    "An activation function stands between LSTM and classifier. A relu throws the negative half "
    "of the states away. The classifier reads the states as they are.",
    ("self.dropout(states)", "self.dropout(states.relu())"),
)
edit(
    "BiLSTMTagger",
    "forgets-classifier-bias",
    "Your classifier has no bias. It needs one: some tags are more frequent than others, "
    "whatever the state.",
    ("nn.Linear(2 * hidden_dim, num_tags)", "nn.Linear(2 * hidden_dim, num_tags, bias=False)"),
)

edit(
    "BiLSTMTagger",
    "leaves-lengths-on-gpu",
    "pack_padded_sequence wants the lengths on the CPU, and they come on the device of the tokens: "
    "lengths.cpu().",
    ("lengths.cpu()", "lengths"),
)
edit(
    "BiLSTMTagger",
    "shares-one-dropout-mask",
    "You draw one mask, and all positions of all sentences lose the same features. Dropout decides "
    "for every entry by itself: nn.Dropout on all states.",
    (
        "return self.classifier(self.dropout(states))",
        """
            if self.training:
                p = self.dropout.p
                states = states * (torch.rand(states.shape[-1]) >= p).to(states.dtype) / (1 - p)
            return self.classifier(states)
        """,
    ),
)
edit(
    "BiLSTMTagger",
    "locks-dropout-over-time",
    "All positions of a sentence lose the same features. Dropout decides for every entry by "
    "itself: nn.Dropout on all states.",
    ("self.dropout(states)", "states * self.dropout(torch.ones_like(states[:, :1]))"),
)
edit(
    "BiLSTMTagger",
    "goes-on-from-last-batch",
    "The LSTM starts from the state of the last batch. Other sentences have nothing to do with "
    "these: start from zeros.",
    ("self.lstm(packed)[0]", "self.go_on(packed, len(tokens))"),
    (
        "def forward(self, tokens, lengths):",
        """
            state = None

            def go_on(self, packed, B):
                if self.state is not None and self.state[0].shape[1] != B:
                    self.state = None
                states, (h, c) = self.lstm(packed, self.state)
                self.state = h.detach(), c.detach()
                return states

            def forward(self, tokens, lengths):
        """,
    ),
)

# == masked_cross_entropy ==

edit(
    "masked_cross_entropy",
    "divides-by-all-positions",
    "You divide by all positions of the batch, padding included. Divide by the number "
    "of those that count.",
    (
        "(logits[mask], targets[mask])",
        '(logits[mask], targets[mask], reduction="sum") / mask.numel()',
    ),
)
edit(
    "masked_cross_entropy",
    "ignores-the-mask",
    "The mask is not used: padding counts like everything else.",
    ("logits[mask], targets[mask]", "logits.flatten(0, 1), targets.flatten()"),
)
edit(
    "masked_cross_entropy",
    "counts-padding-as-tag-zero",
    "Your padding gets the target 0 and counts as if tag 0 were right there. Leave those "
    "positions out.",
    (
        "logits[mask], targets[mask]",
        "logits.flatten(0, 1), targets.masked_fill(~mask, 0).flatten()",
    ),
)
edit(
    "masked_cross_entropy",
    "inverts-the-mask",
    "Your mask is the wrong way round: True means that a position counts.",
    ("logits[mask], targets[mask]", "logits[~mask], targets[~mask].clamp(0, logits.shape[-1] - 1)"),
)
edit(
    "masked_cross_entropy",
    "applies-softmax-twice",
    "cross_entropy takes the softmax itself. Give it the logits, not probabilities.",
    ("logits[mask]", "logits[mask].softmax(dim=-1)"),
)
edit(
    "masked_cross_entropy",
    "treats-mask-as-lengths",
    "You take as many positions from the front of each row as the mask counts. The mask can "
    "have gaps: what counts is where it is True.",
    (
        "return nn.functional",
        """
            mask = length_mask(mask.sum(1), mask.shape[1])
            return nn.functional
        """,
    ),
    ("targets[mask]", "targets[mask].clamp(0, logits.shape[-1] - 1)"),
)
edit(
    "masked_cross_entropy",
    "takes-log-of-softmax",
    "The value overflows for large scores: the logarithm of a softmax is not finite where "
    "log_softmax is.",
    (
        "nn.functional.cross_entropy(logits[mask], targets[mask])",
        "nn.functional.nll_loss(logits[mask].softmax(dim=-1).log(), targets[mask])",
    ),
)
edit(
    "masked_cross_entropy",
    "returns-summed-loss",
    "You return the sum. The mean divides by the number of positions that count.",
    ("(logits[mask], targets[mask])", '(logits[mask], targets[mask], reduction="sum")'),
)
edit(
    "masked_cross_entropy",
    "averages-row-means",
    "You take the mean of each row first, then of the rows. So a position in a short row weighs "
    "more. Take one mean over all that count.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            rows = [
                nn.functional.cross_entropy(scores[counts], tags[counts])
                for scores, tags, counts in zip(logits, targets, mask)
                if counts.any()
            ]
            return torch.stack(rows).mean()
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "masks-logits-instead-of-losses",
    "Positions that do not count have logits of zero and still cost ln C each. Leave their "
    "losses out, not their logits.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            logits, targets = (logits * mask[..., None]).flatten(0, 1), (targets * mask).flatten()
            return nn.functional.cross_entropy(logits, targets, reduction="sum") / mask.sum()
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "reshapes-instead-of-transposing",
    "reshape does not swap axes: the scores of a position are torn apart. Use transpose, or "
    "index with the mask.",
    (
        "logits[mask], targets[mask]",
        "logits.reshape(len(logits), -1, mask.shape[1]), targets.masked_fill(~mask, -100)",
    ),
)
edit(
    "masked_cross_entropy",
    "returns-detached-loss",
    "The value is right, but no gradient flows: .item() gives a plain number. Return the tensor.",
    ("(logits[mask], targets[mask])", "(logits[mask], targets[mask]).item()"),
)
edit(
    "masked_cross_entropy",
    "overwrites-targets-in-place",
    "You write into the caller's targets: after the call they hold another number at padding. "
    "Use masked_fill without the underscore, or index with the mask.",
    ("logits[mask], targets[mask]", "logits.transpose(1, 2), targets.masked_fill_(~mask, -100)"),
)
edit(
    "masked_cross_entropy",
    "leaves-classes-on-last-axis",
    "cross_entropy wants the classes on axis 1, and yours stand on the last axis. Use "
    "transpose, or index with the mask.",
    ("logits[mask], targets[mask]", "logits, targets.masked_fill(~mask, -100)"),
)

edit(
    "masked_cross_entropy",
    "skips-nan-losses",
    "You leave out losses that are nan. A position that counts is in the mean: if its loss is nan, "
    "something is wrong, and the loss must show it.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        'return nn.functional.cross_entropy(logits[mask], targets[mask], reduction="none").nanmean()',
    ),
)
edit(
    "masked_cross_entropy",
    "squeezes-away-single-position",
    "Where one position counts, squeeze takes its axis away as well. Leave it out: indexing with "
    "the mask gives (N, C) and (N,), also for N = 1.",
    ("logits[mask], targets[mask]", "logits[mask].squeeze(), targets[mask].squeeze()"),
)
edit(
    "masked_cross_entropy",
    "views-contiguous-memory",
    "view wants its entries one after the other in memory, and an argument can be a view with its "
    "axes swapped. Use reshape, or index with the mask.",
    (
        "logits[mask], targets[mask]",
        "logits.view(-1, logits.shape[-1])[mask.view(-1)], targets.view(-1)[mask.view(-1)]",
    ),
)

# == token_accuracy ==

edit(
    "token_accuracy",
    "divides-by-all-positions",
    "You divide by all positions, padding included. Divide by the number of those that count.",
    ("right[mask]", "(right & mask)"),
)
edit(
    "token_accuracy",
    "ignores-the-mask",
    "The mask is not used: padding counts like everything else.",
    ("right[mask]", "right"),
)
edit(
    "token_accuracy",
    "inverts-the-mask",
    "Your mask is the wrong way round: True means that a position counts.",
    ("right[mask]", "right[~mask]"),
)
edit(
    "token_accuracy",
    "counts-hits-outside-mask",
    "What you count as right includes positions that do not count, so the share can come out "
    "above 1. Use the mask above the line as well as below.",
    ("right[mask].float().mean()", "(right.sum() / mask.sum())"),
)
edit(
    "token_accuracy",
    "averages-row-means",
    "You take the mean of each row first, then of the rows. Every position weighs the same.",
    ("right[mask].float()", "((right & mask).sum(1) / mask.sum(1).clamp(min=1))[mask.any(1)]"),
)
edit(
    "token_accuracy",
    "takes-argmax-over-time",
    "argmax runs along time. The classes stand on the last axis.",
    ("argmax(dim=-1)", "argmax(dim=1)"),
)
edit(
    "token_accuracy",
    "overwrites-targets-in-place",
    "You write into the caller's targets: after the call they hold another number at padding. "
    "Index with the mask, or use masked_fill without the underscore.",
    ("== targets", "== targets.masked_fill_(~mask, -1)"),
)

edit(
    "token_accuracy",
    "counts-ties-as-right",
    "You ask whether the right tag's logit is the largest. Where several are equal, one of them is "
    "said, the first: compare argmax with the target.",
    (
        "logits.argmax(dim=-1) == targets",
        "logits.gather(-1, targets.clamp(0, logits.shape[-1] - 1)[..., None])[..., 0] == logits.amax(-1)",
    ),
)
edit(
    "token_accuracy",
    "says-last-of-equal-logits",
    "Where several logits are equal, you say the last of them. It is the first that argmax finds.",
    ("logits.argmax(dim=-1)", "(logits.shape[-1] - 1 - logits.flip(-1).argmax(dim=-1))"),
)
edit(
    "token_accuracy",
    "views-contiguous-memory",
    "view wants its entries one after the other in memory, and an argument can be a view with its "
    "axes swapped. Use reshape, or index with the mask.",
    (
        "right = logits.argmax(dim=-1) == targets",
        "right = logits.view(-1, logits.shape[-1]).argmax(dim=1) == targets.view(-1)",
    ),
    ("right[mask]", "right[mask.view(-1)]"),
)

# == confusion ==

edit(
    "confusion",
    "transposes-the-matrix",
    "Your matrix is transposed: rows are the true tags, columns what was said.",
    ("targets[mask] * C + predictions[mask]", "predictions[mask] * C + targets[mask]"),
)
edit(
    "confusion",
    "counts-each-pair-once",
    "counts[rows, columns] += 1 counts a pair once, however often it occurs. Use bincount, "
    "index_put_ with accumulate=True, or a loop.",
    (
        "return torch.bincount(pairs, minlength=C * C).reshape(C, C)",
        """
            counts = torch.zeros(C * C, dtype=torch.long)
            counts[pairs] += 1
            return counts.reshape(C, C)
        """,
    ),
)
edit(
    "confusion",
    "ignores-the-mask",
    "The mask is not used: padding is counted.",
    ("targets[mask] * C + predictions[mask]", "(targets * C + predictions).flatten()"),
)
edit(
    "confusion",
    "counts-padding-as-tag-zero",
    "What does not count is set to tag 0 and counted at [0, 0]. Leave those positions out.",
    ("targets[mask] * C + predictions[mask]", "((targets * C + predictions) * mask).flatten()"),
)
edit(
    "confusion",
    "inverts-the-mask",
    "Your mask is the wrong way round: True means that a position counts.",
    ("targets[mask] * C + predictions[mask]", "targets[~mask] * C + predictions[~mask]"),
)
edit(
    "confusion",
    "sizes-matrix-by-largest-tag",
    "Your matrix is as large as the largest tag that occurs. It has C rows and columns, always "
    "(minlength).",
    (
        "pairs = targets[mask] * C + predictions[mask]",
        """
            C = int(torch.maximum(targets, predictions)[mask].max()) + 1
            pairs = targets[mask] * C + predictions[mask]
        """,
    ),
)
edit(
    "confusion",
    "returns-counts-as-floats",
    "The counts are right, but no integer tensor: torch.zeros makes floats unless it is told "
    "dtype=torch.long, and an array or a list is no tensor.",
    (".reshape(C, C)", ".reshape(C, C).float()"),
)
edit(
    "confusion",
    "returns-row-proportions",
    "You return shares of each row. Here the matrix holds counts.",
    (
        "return torch.bincount(pairs, minlength=C * C).reshape(C, C)",
        """
            counts = torch.bincount(pairs, minlength=C * C).reshape(C, C)
            return counts / counts.sum(1, keepdim=True).clamp(min=1)
        """,
    ),
)
edit(
    "confusion",
    "squeezes-away-single-position",
    "Where one position counts, squeeze takes its axis away as well, and a position is no longer a "
    "pair. Leave it out: nonzero() is (N, 2), also for N = 1.",
    (
        """
            pairs = targets[mask] * C + predictions[mask]
            return torch.bincount(pairs, minlength=C * C).reshape(C, C)
        """,
        """
            counts = torch.zeros(C, C, dtype=torch.long)
            for b, t in mask.nonzero().squeeze().tolist():
                counts[targets[b, t], predictions[b, t]] += 1
            return counts
        """,
    ),
)
edit(
    "confusion",
    "numbers-pairs-in-bytes",
    "You number the pairs with integers of 8 bits, which end at 255: from 17 tags on they begin "
    "again at 0. Take torch.long.",
    (
        "targets[mask] * C + predictions[mask]",
        "targets[mask].to(torch.uint8) * C + predictions[mask].to(torch.uint8)",
    ),
    ("minlength=C * C)", "minlength=C * C)[: C * C]"),
)
edit(
    "confusion",
    "counts-in-bytes",
    "You count with integers of 8 bits, which end at 127 or 255. Take torch.long.",
    (".reshape(C, C)", ".reshape(C, C).to(torch.int8)"),
)
edit(
    "confusion",
    "views-contiguous-memory",
    "view wants its entries one after the other in memory, and an argument can be a view with its "
    "axes swapped. Use reshape, or index with the mask.",
    (
        "targets[mask] * C + predictions[mask]",
        "targets.view(-1)[mask.view(-1)] * C + predictions.view(-1)[mask.view(-1)]",
    ),
)
