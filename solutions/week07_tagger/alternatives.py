"""Week 7: right solutions written differently."""

from collections import Counter

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autograder.authoring import alternative

from .lesson import length_mask, reverse_padded


@alternative("reverse_padded")
def cut_and_joined_rows():
    """One row at a time, cut in two."""

    def reverse_padded(x, lengths):
        return torch.stack(
            [torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(x, lengths.tolist())]
        )


@alternative("reverse_padded")
def copy_filled_by_row():
    """A copy, written in place; gradients flow through the copy."""

    def reverse_padded(x, lengths):
        out = x.clone()
        for b in range(x.size(0)):
            n = lengths[b].item()
            out[b, :n] = torch.flip(x[b, :n], dims=[0])
        return out


@alternative("reverse_padded")
def gather_by_arithmetic():
    """gather, with the index spread over the features; the remainder by arithmetic."""

    def reverse_padded(x, lengths):
        B, T = x.shape[:2]
        t = torch.arange(T).repeat(B, 1)
        n = lengths.reshape(B, 1)
        inside = (t < n).long()
        index = inside * (n - 1 - t) + (1 - inside) * t
        if x.dim() == 3:
            index = index.unsqueeze(-1).expand_as(x)
        return torch.gather(x, 1, index)


@alternative("reverse_padded")
def taken_along_time():
    """The order of every row as a sort: tokens by falling place, padding behind."""

    def reverse_padded(x, lengths):
        place = torch.arange(x.size(1), device=x.device).expand(x.shape[:2])
        key = torch.where(place < lengths[:, None], -place, place)
        order = key.argsort(dim=1)
        while order.dim() < x.dim():
            order = order.unsqueeze(-1)
        return torch.take_along_dim(x, order, dim=1)


@alternative("birnn")
def accumulated_states():
    """itertools and functools in place of loops; one direction is the other, seen in a mirror."""

    import itertools
    from functools import partial

    def states_of(step, x):
        def turned(h, x_t):
            return step(x_t, h)

        first, *later = x.unbind(1)
        states = itertools.accumulate(later, turned, initial=step(first, None))
        return torch.stack(list(states), 1)

    def birnn(x, lengths, forward_step, backward_step):
        mirror = partial(reverse_padded, lengths=lengths)
        ahead = states_of(forward_step, x)
        back = mirror(states_of(backward_step, mirror(x)))
        joined = torch.cat((ahead, back), dim=2)
        joined[~length_mask(lengths, x.shape[1])] = 0.0
        return joined


@alternative("birnn")
def row_by_row():
    """One row at a time, without any padding: slow, and hard to get wrong."""

    def birnn(x, lengths, forward_step, backward_step):
        rows = []
        for row, n in zip(x, lengths.tolist()):
            ahead, back = [None], [None]
            for t in range(n):
                ahead.append(forward_step(row[t : t + 1], ahead[-1]))
                back.append(backward_step(row[n - 1 - t : n - t], back[-1]))
            states = torch.cat([torch.cat(ahead[1:]), torch.cat(back[:0:-1])], dim=1)
            rows.append(torch.cat([states, states.new_zeros(x.shape[1] - n, states.shape[1])]))
        return torch.stack(rows)


@alternative("birnn")
def zeroed_within_the_loop():
    """Backwards over the padded batch: in padding a state is put back to zero."""

    def birnn(x, lengths, forward_step, backward_step):
        B, T, _ = x.shape
        inside = torch.arange(T)[None] < lengths[:, None]
        outputs = []
        for step, order in ((forward_step, range(T)), (backward_step, range(T - 1, -1, -1))):
            h, states = None, {}
            for t in order:
                h = step(x[:, t], h)
                h = torch.where(inside[:, t : t + 1], h, torch.zeros_like(h))
                states[t] = h
            outputs.append(torch.stack([states[t] for t in range(T)], dim=1))
        return torch.cat(outputs, dim=2)


@alternative("BiLSTMTagger")
def sorted_by_hand():
    """Put back in order by hand, too; time first inside; functional dropout."""

    class BiLSTMTagger(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim, num_tags, dropout):
            super().__init__()
            self.p = dropout
            self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
            self.lstm = nn.LSTM(embed_dim, hidden_dim, bidirectional=True)
            self.classifier = nn.Linear(hidden_dim * 2, num_tags)

        def forward(self, tokens, lengths):
            order = lengths.argsort(descending=True)
            vectors = self.embedding(tokens[order]).transpose(0, 1)
            out = self.lstm(pack_padded_sequence(vectors, lengths[order].tolist()))[0]
            states = pad_packed_sequence(out, total_length=tokens.size(1))[0].transpose(0, 1)
            states = states[order.argsort()]
            states = nn.functional.dropout(states, p=self.p, training=self.training)
            return self.classifier(states)


@alternative("BiLSTMTagger")
def sentence_by_sentence():
    """One sentence at a time: nothing to pack."""

    class BiLSTMTagger(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim, num_tags, dropout):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
            self.lstm = nn.LSTM(
                embed_dim, hidden_dim, num_layers=1, batch_first=True, bidirectional=True
            )
            self.head = nn.Sequential(nn.Dropout(p=dropout))
            self.classifier = nn.Linear(2 * hidden_dim, num_tags)

        def forward(self, tokens, lengths):
            rows = []
            for row, n in zip(tokens, lengths.tolist()):
                states, _ = self.lstm(self.embedding(row[:n])[None])
                rows.append(nn.functional.pad(states[0], (0, 0, 0, tokens.shape[1] - n)))
            return self.classifier(self.head(torch.stack(rows)))


@alternative("masked_cross_entropy")
def ignore_index():
    """cross_entropy itself leaves out and counts."""

    def masked_cross_entropy(logits, targets, mask):
        hidden = targets.masked_fill(~mask, -100)
        return nn.functional.cross_entropy(logits.transpose(1, 2), hidden, ignore_index=-100)


@alternative("masked_cross_entropy")
def log_softmax_by_hand():
    """By hand: log softmax, the right entry, a sum without the others."""

    def masked_cross_entropy(logits, targets, mask):
        right = torch.where(mask, targets, torch.zeros_like(targets))
        log_p = (logits - logits.logsumexp(dim=-1, keepdim=True)).gather(-1, right[..., None])
        return -log_p.squeeze(-1).masked_fill(~mask, 0).sum() / mask.sum()


@alternative("masked_cross_entropy")
def position_by_position():
    def masked_cross_entropy(logits, targets, mask):
        total, count = 0, 0
        for b in range(mask.shape[0]):
            for t in range(mask.shape[1]):
                if mask[b, t]:
                    total = total - logits[b, t].log_softmax(0)[targets[b, t]]
                    count += 1
        return total / count


@alternative("masked_cross_entropy")
def one_hot_einsum():
    """A textbook's sum over classes, with one-hot targets."""

    def masked_cross_entropy(logits, targets, mask):
        kept, C = logits[mask], logits.shape[-1]
        right = nn.functional.one_hot(targets[mask], C).to(kept.dtype)
        return -torch.einsum("nc,nc->", right, kept.log_softmax(-1)) / mask.count_nonzero()


@alternative("token_accuracy")
def two_integer_counts():
    def token_accuracy(logits, targets, mask):
        _, best = torch.max(logits, 2)
        return int(((best == targets) & mask).sum()) / int(mask.sum())


@alternative("token_accuracy")
def plain_lists():
    def token_accuracy(logits, targets, mask):
        pairs = zip(logits[mask].tolist(), targets[mask].tolist())
        right = [scores.index(max(scores)) == tag for scores, tag in pairs]
        return sum(right) / len(right)


@alternative("confusion")
def counter_of_pairs():
    def confusion(predictions, targets, mask, C):
        table = Counter(zip(targets[mask].tolist(), predictions[mask].tolist()))
        return torch.tensor([[table[i, j] for j in range(C)] for i in range(C)])


@alternative("confusion")
def product_of_one_hots():
    """A product of two one-hot matrices: sums over positions of (true is i) times (said is j)."""

    def confusion(predictions, targets, mask, C):
        true = nn.functional.one_hot(targets[mask], C)
        said = nn.functional.one_hot(predictions[mask], C)
        return true.T @ said


@alternative("confusion")
def cell_by_cell():
    def confusion(predictions, targets, mask, C):
        counts = torch.zeros(C, C, dtype=torch.int32)
        for i in range(C):
            for j in range(C):
                counts[i, j] = ((targets == i) & (predictions == j) & mask).sum()
        return counts
