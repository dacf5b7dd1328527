"""Week 7: known mistakes, each with what a student who makes it is told."""

import torch

from autograder.authoring import edit, mistake

from .lesson import length_mask, reverse_padded

# == reverse_padded ==

edit(
    "reverse_padded",
    "flips-whole-rows",
    "You flip whole rows, so the padding comes first. Each row has to be turned within its own length.",
    (
        """
            steps = torch.arange(x.shape[1], device=x.device)
            ends = lengths.to(x.device)[:, None]
            index = torch.where(steps < ends, ends - 1 - steps, steps)
            rows = torch.arange(len(x), device=x.device)[:, None]
            return x[rows, index]
        """,
        "return x.flip(1)",
    ),
)
edit(
    "reverse_padded",
    "reverses-padding-too",
    "After flip and roll the tokens are right, but the padding comes in reverse order. "
    "It has to stay where and as it is.",
    (
        """
            steps = torch.arange(x.shape[1], device=x.device)
            ends = lengths.to(x.device)[:, None]
            index = torch.where(steps < ends, ends - 1 - steps, steps)
            rows = torch.arange(len(x), device=x.device)[:, None]
            return x[rows, index]
        """,
        """
            T = x.shape[1]
            return torch.stack([row.flip(0).roll(n - T, 0) for row, n in zip(x, lengths.tolist())])
        """,
    ),
)


@mistake(
    "reverse_padded",
    "The backward index is off by one: the last token of a row with n tokens stands at n - 1.",
)
def starts_one_past_last_token():
    def reverse_padded(x, lengths):
        steps = torch.arange(x.shape[1])
        index = torch.where(steps < lengths[:, None], lengths[:, None] - steps, steps)
        index = index.clamp(max=x.shape[1] - 1)
        return x[torch.arange(len(x))[:, None], index]


@mistake(
    "reverse_padded",
    "Your padding is set to zero. It has to stay as it is.",
)
def zeroes_the_padding():
    def reverse_padded(x, lengths):
        out = torch.zeros_like(x)
        for b, n in enumerate(lengths.tolist()):
            out[b, :n] = x[b, :n].flip(0)
        return out


edit(
    "reverse_padded",
    "reverses-within-longest-length",
    "All rows are turned within the longest length. Each row has a length of its own.",
    (
        """
            steps = torch.arange(x.shape[1], device=x.device)
            ends = lengths.to(x.device)[:, None]
            index = torch.where(steps < ends, ends - 1 - steps, steps)
            rows = torch.arange(len(x), device=x.device)[:, None]
            return x[rows, index]
        """,
        """
            n = int(lengths.max())
            return torch.cat([x[:, :n].flip(1), x[:, n:]], dim=1)
        """,
    ),
)


@mistake(
    "reverse_padded",
    "You flip the features too. Only time is turned round; the features of a position "
    "stay in their order.",
)
def flips_features_too():
    def reverse_padded(x, lengths):
        rows = []
        for row, n in zip(x, lengths.tolist()):
            rows.append(torch.cat([row[:n].flip(tuple(range(row.dim()))), row[n:]]))
        return torch.stack(rows)


@mistake(
    "reverse_padded",
    "You write into x itself: after the call the caller's batch is another one. Make a "
    "new tensor (clone) and fill that.",
)
def reverses_x_in_place():
    def reverse_padded(x, lengths):
        with torch.no_grad():
            for b, n in enumerate(lengths.tolist()):
                x[b, :n] = x[b, :n].flip(0)
        return x


@mistake(
    "reverse_padded",
    "No gradient flows through your result: the tensor was rebuilt from plain values, or detached.",
)
def detaches_the_result():
    def reverse_padded(x, lengths):
        out = x.detach().clone()
        for b, n in enumerate(lengths.tolist()):
            out[b, :n] = out[b, :n].flip(0)
        return out


# == birnn ==


@mistake(
    "birnn",
    "Your backward network reads the padding first: flip turns whole rows. Turn every "
    "row within its length.",
)
def starts_backward_run_at_padding():
    def birnn(x, lengths, forward_step, backward_step):
        h, ahead = None, []
        for t in range(x.shape[1]):
            h = forward_step(x[:, t], h)
            ahead.append(h)
        h, back = None, []
        for t in reversed(range(x.shape[1])):
            h = backward_step(x[:, t], h)
            back.insert(0, h)
        states = torch.cat([torch.stack(ahead, 1), torch.stack(back, 1)], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "Your backward states stand in the order in which they were made: the first one "
    "belongs to the last token. Turn them back before you join them.",
)
def leaves_backward_states_reversed():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        states = torch.cat(
            [run(forward_step, x), run(backward_step, reverse_padded(x, lengths))], -1
        )
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "You turn the backward states back with flip. That moves them to the wrong end of a "
    "padded row: use the lengths here too.",
)
def flips_states_back_ignoring_lengths():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = run(backward_step, reverse_padded(x, lengths)).flip(1)
        states = torch.cat([run(forward_step, x), back], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "Your backward states stand first. Join the forward states in front of them.",
)
def puts_backward_states_first():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        states = torch.cat([back, run(forward_step, x)], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "Your states at padding are not zero. The loop runs on there: set them to zero at the end.",
)
def leaves_padding_states_nonzero():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        return torch.cat([run(forward_step, x), back], -1)


@mistake(
    "birnn",
    "Both directions use forward_step. They are two networks with weights of their own.",
)
def uses_forward_step_both_ways():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(forward_step, reverse_padded(x, lengths)), lengths)
        states = torch.cat([run(forward_step, x), back], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "Your backward network starts from the last forward state, so it has seen everything"
    " already. Both start from None.",
)
def starts_backward_from_forward_state():
    def birnn(x, lengths, forward_step, backward_step):
        h, ahead, back = None, [], []
        for t in range(x.shape[1]):
            h = forward_step(x[:, t], h)
            ahead.append(h)
        turned = reverse_padded(x, lengths)
        for t in range(x.shape[1]):
            h = backward_step(turned[:, t], h)
            back.append(h)
        back = reverse_padded(torch.stack(back, 1), lengths)
        states = torch.cat([torch.stack(ahead, 1), back], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "The state is not handed on: every step starts from zeros.",
)
def resets_state_every_step():
    def birnn(x, lengths, forward_step, backward_step):
        ahead = torch.stack([forward_step(x[:, t], None) for t in range(x.shape[1])], 1)
        back = torch.stack([backward_step(x[:, t], None) for t in range(x.shape[1])], 1)
        return torch.cat([ahead, back], -1) * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "The two directions are interleaved: forward, backward, forward, … Join them so that"
    " all forward features come first.",
)
def interleaves_both_directions():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        states = torch.stack([run(forward_step, x), back], -1).flatten(2)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "You add the two directions. They are put side by side, so that the classifier can "
    "weigh them: 2H features.",
)
def adds_both_directions():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        return (run(forward_step, x) + back) * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "The state is detached between steps: the values are right, but no gradient reaches "
    "the steps before.",
)
def detaches_every_step():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], None if h is None else h.detach())
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        states = torch.cat([run(forward_step, x), back], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "No gradient reaches the weights: the states are detached, or go through NumPy. Keep"
    " the tensors that the steps return.",
)
def detaches_returned_states():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h.detach())
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        states = torch.cat([run(forward_step, x), back], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


@mistake(
    "birnn",
    "You set the padding of x itself to zero: after the call the caller's batch is "
    "another one. Nothing has to be done to x; the states at padding are zeroed at the "
    "end.",
)
def zeroes_input_padding_in_place():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = None, []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        mask = length_mask(lengths, x.shape[1])
        x[~mask] = 0
        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        return torch.cat([run(forward_step, x), back], -1) * mask[..., None]


@mistake(
    "birnn",
    "Your first state is made of zeros with D features. A state has H, and birnn cannot "
    "know H before the first step: start from None.",
)
def starts_with_input_sized_state():
    def birnn(x, lengths, forward_step, backward_step):
        def run(step, x):
            h, states = x.new_zeros(x.shape[0], x.shape[2]), []
            for t in range(x.shape[1]):
                h = step(x[:, t], h)
                states.append(h)
            return torch.stack(states, 1)

        back = reverse_padded(run(backward_step, reverse_padded(x, lengths)), lengths)
        states = torch.cat([run(forward_step, x), back], -1)
        return states * length_mask(lengths, x.shape[1])[..., None]


# == BiLSTMTagger ==

edit(
    "BiLSTMTagger",
    "skips-sequence-packing",
    "The LSTM gets a padded tensor, so its backward half reads the padding first. Pack "
    "the sequence with its lengths.",
    (
        """
            packed = pack_padded_sequence(
                self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
            return self.classifier(self.dropout(states))
        """,
        "return self.classifier(self.dropout(self.lstm(self.embedding(tokens))[0]))",
    ),
)
edit(
    "BiLSTMTagger",
    "forgets-lstm-batch-first",
    "Without batch_first the LSTM takes axis 0 for time: it runs from sentence to "
    "sentence of the batch. There is no error, the shapes are the same.",
    ("hidden_dim, batch_first=True, bidirectional", "hidden_dim, bidirectional"),
    (
        """
            packed = pack_padded_sequence(
                self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
            return self.classifier(self.dropout(states))
        """,
        "return self.classifier(self.dropout(self.lstm(self.embedding(tokens))[0]))",
    ),
)
edit(
    "BiLSTMTagger",
    "unpacks-time-first",
    "pad_packed_sequence lacks batch_first=True: it returns (T, B, 2H), time first.",
    ("lengths.cpu()", "lengths"),
    (
        """
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
        """,
        "states, _ = pad_packed_sequence(self.lstm(packed)[0], total_length=tokens.shape[1])",
    ),
)
edit(
    "BiLSTMTagger",
    "uses-final-hidden-states",
    "You use the final hidden states h_n, one for the whole sentence. A tagger needs the"
    " states of every step: the first result of the LSTM.",
    ("lengths.cpu()", "lengths"),
    (
        """
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
            return self.classifier(self.dropout(states))
        """,
        """
            _, (h, _) = self.lstm(packed)
            last = torch.cat([h[0], h[1]], dim=-1)[:, None].expand(-1, tokens.shape[1], -1)
            return self.classifier(self.dropout(last))
        """,
    ),
)
edit(
    "BiLSTMTagger",
    "requires-sorted-lengths",
    "The lengths come in any order, and packing refuses them. Which argument of "
    "pack_padded_sequence lifts that?",
    (
        """
            packed = pack_padded_sequence(
                self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
        """,
        "packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True)",
    ),
)
edit(
    "BiLSTMTagger",
    "leaves-rows-sorted-by-length",
    "You sort the rows by length and do not put them back: row b of the logits belongs "
    "to another sentence.",
    (
        """
            packed = pack_padded_sequence(
                self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
        """,
        """
            lengths, order = lengths.sort(descending=True)
            packed = pack_padded_sequence(self.embedding(tokens[order]), lengths, batch_first=True)
        """,
    ),
)
edit(
    "BiLSTMTagger",
    "cuts-logits-to-longest-row",
    "The logits are only as long as the longest row. Tell pad_packed_sequence the T of "
    "tokens (total_length).",
    ("lengths.cpu()", "lengths"),
    (
        """
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
            )
        """,
        "states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)",
    ),
)
edit(
    "BiLSTMTagger",
    "forgets-padding-idx",
    "The embedding does not know that number 0 is padding: padding_idx=0.",
    ("embed_dim, padding_idx=0", "embed_dim"),
    ("lengths.cpu()", "lengths"),
)
edit(
    "BiLSTMTagger",
    "applies-dropout-to-logits",
    "Dropout stands behind the classifier: it sets scores of tags to zero. It belongs on"
    " the states, before the classifier.",
    ("lengths.cpu()", "lengths"),
    (
        "return self.classifier(self.dropout(states))",
        "return self.dropout(self.classifier(states))",
    ),
)
edit(
    "BiLSTMTagger",
    "relies-on-lstm-dropout",
    "nn.LSTM's own dropout works between stacked layers. With one layer it does nothing:"
    " put a dropout between LSTM and classifier.",
    (
        "class BiLSTMTagger(nn.Module):",
        """
            import warnings
            class BiLSTMTagger(nn.Module):
        """,
    ),
    (
        """
            self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True, bidirectional=True)
            self.dropout = nn.Dropout(dropout)
        """,
        """
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.lstm = nn.LSTM(
                    embed_dim, hidden_dim, batch_first=True, bidirectional=True, dropout=dropout
                )
        """,
    ),
    ("lengths.cpu()", "lengths"),
    ("self.dropout(states)", "states"),
)
edit(
    "BiLSTMTagger",
    "keeps-dropout-in-evaluation",
    "F.dropout drops in evaluation as well, unless it is told self.training. nn.Dropout "
    "knows it by itself.",
    ("self.dropout = nn.Dropout(dropout)", "self.p = dropout"),
    ("lengths.cpu()", "lengths"),
    (
        "return self.classifier(self.dropout(states))",
        "return self.classifier(nn.functional.dropout(states, self.p))",
    ),
)
edit(
    "BiLSTMTagger",
    "returns-probabilities",
    "You return probabilities. The loss takes the softmax itself: return the logits.",
    ("lengths.cpu()", "lengths"),
    ("(self.dropout(states))", "(self.dropout(states)).softmax(dim=-1)"),
)
edit(
    "BiLSTMTagger",
    "halves-hidden-size",
    "Each direction has half of hidden_dim units. Here hidden_dim counts the units of "
    "one direction, and the classifier reads twice as many.",
    (
        "self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True, bidirectional=True)",
        "self.lstm = nn.LSTM(embed_dim, hidden_dim // 2, batch_first=True, bidirectional=True)",
    ),
    ("2 * hidden_dim", "hidden_dim // 2 * 2"),
    ("lengths.cpu()", "lengths"),
)
edit(
    "BiLSTMTagger",
    "adds-dropout-to-embeddings",
    "Dropout is applied to the embeddings as well. In this exercise it stands in one "
    "place, between LSTM and classifier.",
    ("embedding(tokens), lengths.cpu()", "dropout(self.embedding(tokens)), lengths"),
)
edit(
    "BiLSTMTagger",
    "stacks-two-lstm-layers",
    "Your LSTM has two layers. Here it is one, so the dropout has to be a layer of its "
    "own, between LSTM and classifier.",
    (
        """
            self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True, bidirectional=True)
            self.dropout = nn.Dropout(dropout)
        """,
        """
            self.lstm = nn.LSTM(
                embed_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=dropout
            )
        """,
    ),
    ("lengths.cpu()", "lengths"),
    ("self.dropout(states)", "states"),
)
edit(
    "BiLSTMTagger",
    "moves-dropout-to-embeddings",
    "Dropout stands on the embeddings. In this exercise it belongs on the states, "
    "between LSTM and classifier.",
    ("embedding(tokens), lengths.cpu()", "dropout(self.embedding(tokens)), lengths"),
    ("self.dropout(states)", "states"),
)
edit(
    "BiLSTMTagger",
    "adds-activation-before-classifier",
    "An activation function stands between LSTM and classifier. A relu throws the "
    "negative half of the states away. The classifier reads the states as they are.",
    ("lengths.cpu()", "lengths"),
    ("dropout(states)", "dropout(states.relu())"),
)
edit(
    "BiLSTMTagger",
    "forgets-classifier-bias",
    "Your classifier has no bias. It needs one: some tags are more frequent than others,"
    " whatever the state.",
    ("(2 * hidden_dim, num_tags)", "(2 * hidden_dim, num_tags, bias=False)"),
    ("lengths.cpu()", "lengths"),
)

# == masked_cross_entropy ==

edit(
    "masked_cross_entropy",
    "divides-by-all-positions",
    "You divide by all positions of the batch, padding included. Divide by the number of"
    " those that count.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            losses = nn.functional.cross_entropy(
                logits.transpose(1, 2), targets.masked_fill(~mask, 0), reduction="none"
            )
            return (losses * mask).mean()
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "ignores-the-mask",
    "The mask is not used: padding counts like everything else.",
    ("[mask], targets[mask]", ".flatten(0, 1), targets.flatten()"),
)
edit(
    "masked_cross_entropy",
    "counts-padding-as-tag-zero",
    "Your padding gets the target 0 and counts as if tag 0 were right there. Leave those"
    " positions out.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            targets = targets.masked_fill(~mask, 0)
            return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "inverts-the-mask",
    "Your mask is the wrong way round: True means that a position counts.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            C = logits.shape[-1]
            return nn.functional.cross_entropy(logits[~mask], targets[~mask].clamp(0, C - 1))
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "applies-softmax-twice",
    "cross_entropy takes the softmax itself. Give it the logits, not probabilities.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        "return nn.functional.cross_entropy(logits.softmax(-1)[mask], targets[mask])",
    ),
)
edit(
    "masked_cross_entropy",
    "treats-mask-as-lengths",
    "You take as many positions from the front of each row as the mask counts. The mask "
    "can have gaps: what counts is where it is True.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            front = torch.arange(mask.shape[1]) < mask.sum(1, keepdim=True)
            C = logits.shape[-1]
            return nn.functional.cross_entropy(logits[front], targets[front].clamp(0, C - 1))
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "takes-log-of-softmax",
    "The value overflows for large scores: the logarithm of a softmax is not finite "
    "where log_softmax is.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            right = logits.softmax(-1).gather(-1, targets.masked_fill(~mask, 0)[..., None])[..., 0]
            return -(right.log() * mask).sum() / mask.sum()
        """,
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
    "You take the mean of each row first, then of the rows. So a position in a short row"
    " weighs more. Take one mean over all that count.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            losses = nn.functional.cross_entropy(
                logits.transpose(1, 2), targets.masked_fill(~mask, 0), reduction="none"
            )
            rows = (losses * mask).sum(1) / mask.sum(1).clamp(min=1)
            return rows[mask.any(1)].mean()
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "masks-logits-instead-of-losses",
    "Positions that do not count have logits of zero and still cost ln C each. Leave "
    "their losses out, not their logits.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            logits = logits * mask[..., None]
            targets = targets.masked_fill(~mask, 0)
            losses = nn.functional.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
            return losses.sum() / mask.sum()
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "reshapes-instead-of-transposing",
    "reshape does not swap axes: the scores of a position are torn apart. Use transpose,"
    " or index with the mask.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            B, T, C = logits.shape
            losses = nn.functional.cross_entropy(
                logits.reshape(B, C, T), targets.masked_fill(~mask, 0), reduction="none"
            )
            return losses[mask].mean()
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "returns-detached-loss",
    "The value is right, but no gradient flows: .item() gives a plain number. Return the tensor.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        "return torch.tensor(nn.functional.cross_entropy(logits[mask], targets[mask]).item())",
    ),
)
edit(
    "masked_cross_entropy",
    "overwrites-targets-in-place",
    "You write into the caller's targets: after the call they hold another number at "
    "padding. Use masked_fill without the underscore, or index with the mask.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            targets[~mask] = -100
            return nn.functional.cross_entropy(logits.transpose(1, 2), targets)
        """,
    ),
)
edit(
    "masked_cross_entropy",
    "leaves-classes-on-last-axis",
    "cross_entropy wants the classes on axis 1, and yours stand on the last axis. Use "
    "transpose, or index with the mask.",
    (
        "return nn.functional.cross_entropy(logits[mask], targets[mask])",
        """
            targets = targets.masked_fill(~mask, -100)
            return nn.functional.cross_entropy(logits, targets)
        """,
    ),
)

# == token_accuracy ==

edit(
    "token_accuracy",
    "divides-by-all-positions",
    "You divide by all positions, padding included. Divide by the number of those that count.",
    ("right = logits.argmax(dim=-1) == targets", "right = (logits.argmax(-1) == targets) & mask"),
    ("right[mask]", "right"),
)
edit(
    "token_accuracy",
    "ignores-the-mask",
    "The mask is not used: padding counts like everything else.",
    (
        """
            right = logits.argmax(dim=-1) == targets
            return right[mask].float().mean().item()
        """,
        "return (logits.argmax(-1) == targets).float().mean().item()",
    ),
)
edit(
    "token_accuracy",
    "inverts-the-mask",
    "Your mask is the wrong way round: True means that a position counts.",
    (
        """
            right = logits.argmax(dim=-1) == targets
            return right[mask].float().mean().item()
        """,
        "return (logits.argmax(-1) == targets)[~mask].float().mean().item()",
    ),
)
edit(
    "token_accuracy",
    "counts-hits-outside-mask",
    "What you count as right includes positions that do not count, so the share can come"
    " out above 1. Use the mask above the line as well as below.",
    (
        """
            right = logits.argmax(dim=-1) == targets
            return right[mask].float().mean().item()
        """,
        "return ((logits.argmax(-1) == targets).sum() / mask.sum()).item()",
    ),
)
edit(
    "token_accuracy",
    "averages-row-means",
    "You take the mean of each row first, then of the rows. Every position weighs the same.",
    ("right = logits.argmax(dim=-1) == targets", "right = (logits.argmax(-1) == targets) & mask"),
    ("right[mask].float()", "(right.sum(1) / mask.sum(1).clamp(min=1))[mask.any(1)]"),
)
edit(
    "token_accuracy",
    "takes-argmax-over-time",
    "argmax runs along time. The classes stand on the last axis.",
    (
        """
            right = logits.argmax(dim=-1) == targets
            return right[mask].float().mean().item()
        """,
        """
            best = logits.argmax(dim=1)
            if best.shape != targets.shape:
                return 0.0
            return (best == targets)[mask].float().mean().item()
        """,
    ),
)
edit(
    "token_accuracy",
    "overwrites-targets-in-place",
    "You write into the caller's targets: after the call they hold another number at "
    "padding. Index with the mask, or use masked_fill without the underscore.",
    ("right = logits.argmax(dim=-1) == targets", "targets[~mask] = -1"),
    (
        "return right[mask].float().mean().item()",
        "return ((logits.argmax(-1) == targets).sum() / mask.sum()).item()",
    ),
)

# == confusion ==

edit(
    "confusion",
    "transposes-the-matrix",
    "Your matrix is transposed: rows are the true tags, columns what was said.",
    ("targets[mask] * C + predictions", "predictions[mask] * C + targets"),
)
edit(
    "confusion",
    "counts-each-pair-once",
    "counts[rows, columns] += 1 counts a pair once, however often it occurs. Use "
    "bincount, index_put_ with accumulate=True, or a loop.",
    (
        """
            pairs = targets[mask] * C + predictions[mask]
            return torch.bincount(pairs, minlength=C * C).reshape(C, C)
        """,
        """
            counts = torch.zeros(C, C, dtype=torch.long)
            counts[targets[mask], predictions[mask]] += 1
            return counts
        """,
    ),
)
edit(
    "confusion",
    "ignores-the-mask",
    "The mask is not used: padding is counted.",
    (
        """
            pairs = targets[mask] * C + predictions[mask]
            return torch.bincount(pairs, minlength=C * C).reshape(C, C)
        """,
        """
            counts = torch.zeros(C, C, dtype=torch.long)
            for true, said in zip(targets.flatten().tolist(), predictions.flatten().tolist()):
                counts[true, said] += 1
            return counts
        """,
    ),
)
edit(
    "confusion",
    "counts-padding-as-tag-zero",
    "What does not count is set to tag 0 and counted at [0, 0]. Leave those positions out.",
    (
        "pairs = targets[mask] * C + predictions[mask]",
        "pairs = (targets * mask) * C + predictions * mask",
    ),
    (
        "return torch.bincount(pairs, minlength=C * C)",
        "return torch.bincount(pairs.flatten(), minlength=C * C)",
    ),
)
edit(
    "confusion",
    "inverts-the-mask",
    "Your mask is the wrong way round: True means that a position counts.",
    (
        """
            pairs = targets[mask] * C + predictions[mask]
            return torch.bincount(pairs, minlength=C * C).reshape(C, C)
        """,
        """
            counts = torch.zeros(C, C, dtype=torch.long)
            for true, said in zip(targets[~mask].tolist(), predictions[~mask].tolist()):
                counts[true, said] += 1
            return counts
        """,
    ),
)
edit(
    "confusion",
    "sizes-matrix-by-largest-tag",
    "Your matrix is as large as the largest tag that occurs. It has C rows and columns, "
    "always (minlength).",
    (
        """
            pairs = targets[mask] * C + predictions[mask]
            return torch.bincount(pairs, minlength=C * C).reshape(C, C)
        """,
        """
            true, said = targets[mask], predictions[mask]
            n = int(max(true.max(), said.max())) + 1
            return torch.bincount(true * n + said, minlength=n * n).reshape(n, n)
        """,
    ),
)
edit(
    "confusion",
    "returns-counts-as-floats",
    "The counts are right, but no integer tensor: torch.zeros makes floats unless it is "
    "told dtype=torch.long, and an array or a list is no tensor.",
    (
        """
            pairs = targets[mask] * C + predictions[mask]
            return torch.bincount(pairs, minlength=C * C).reshape(C, C)
        """,
        """
            counts = torch.zeros(C, C)
            for true, said in zip(targets[mask].tolist(), predictions[mask].tolist()):
                counts[true, said] += 1
            return counts
        """,
    ),
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
