"""Week 8: right solutions written differently."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.authoring import alternative

from .lesson import BOS, EOS, PAD, attention, shift_right


@alternative("shift_right")
def empty_then_filled():
    def shift_right(y, bos):
        shifted = y.new_empty(y.shape)
        shifted[:, 0] = bos
        shifted[:, 1:] = y[:, :-1]
        return shifted


@alternative("shift_right")
def negative_padding():
    def shift_right(y, bos):
        return F.pad(y, (1, -1), value=bos)


@alternative("shift_right")
def rolled_then_overwritten():
    def shift_right(y, bos):
        shifted = torch.roll(y, shifts=1, dims=1)
        shifted[:, 0] = bos
        return shifted


@alternative("Seq2Seq")
def gathered_last_states():
    """No packing: run over everything, gather the last real state, and zero the padding."""

    class Encoder(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)

        def forward(self, src):
            mask = src != PAD
            states = self.rnn(self.embedding(src))[0]
            last = mask.sum(dim=1) - 1
            h = states[torch.arange(len(src)), last]
            return states * mask[:, :, None], h.unsqueeze(0)

    class Seq2Seq(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
            self.linear = nn.Linear(hidden_dim, vocab_size)

        def forward(self, src, tgt):
            _, h = self.encoder(src)
            states, _ = self.rnn(self.embedding(shift_right(tgt, BOS)), h)
            return self.linear(states)

        def step(self, y, h, encoded=None, mask=None):
            out, h = self.rnn(self.embedding(y).unsqueeze(1), h)
            return self.linear(out.squeeze(1)), h, None


@alternative("Seq2Seq")
def row_by_row():
    """The encoder takes one row at a time, the decoder one step."""

    class Encoder(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)

        def forward(self, src):
            rows, last = [], []
            for row in src:
                ids = row[row != PAD]
                states, h = self.rnn(self.embedding(ids)[None])
                rows.append(F.pad(states[0], (0, 0, 0, len(row) - len(ids))))
                last.append(h[:, 0])
            return torch.stack(rows), torch.stack(last, dim=1)

    class Seq2Seq(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
            self.linear = nn.Linear(hidden_dim, vocab_size)

        def forward(self, src, tgt):
            h, logits = self.encoder(src)[1], []
            for y in shift_right(y=tgt, bos=BOS).unbind(dim=1):
                now, h, _ = self.step(y, h)
                logits.append(now)
            return torch.stack(logits, dim=1)

        def step(self, y, h, encoded=None, mask=None):
            out, h = self.rnn(self.embedding(y).unsqueeze(1), h)
            return self.linear(out.squeeze(1)), h, None


@alternative("Seq2Seq")
def layers_of_its_own():
    """Subclasses of the named layers, a linear layer that finds its width, partial and keywords."""

    from functools import partial

    pack = partial(nn.utils.rnn.pack_padded_sequence, batch_first=True, enforce_sorted=False)

    class Words(nn.Embedding):
        """Vectors of ids."""

    class Reader(nn.GRU):
        """One layer, batch first."""

        def __init__(self, embed_dim, hidden_dim):
            super().__init__(input_size=embed_dim, hidden_size=hidden_dim, batch_first=True)

    class Encoder(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.embedding = Words(vocab_size, embed_dim, padding_idx=PAD)
            self.rnn = Reader(embed_dim, hidden_dim)

        def forward(self, src):
            lengths = src.ne(PAD).sum(1)
            packed = pack(input=self.embedding(src), lengths=lengths.tolist())
            states, h = self.rnn(input=packed)
            return nn.utils.rnn.pad_packed_sequence(states, True, 0.0, src.size(1))[0], h

    class Seq2Seq(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)
            self.embedding = Words(vocab_size, embed_dim)
            self.rnn = Reader(embed_dim, hidden_dim)
            self.linear = nn.LazyLinear(vocab_size)

        def forward(self, src, tgt):
            h = self.encoder(src)[1]
            return self.linear(self.rnn(self.embedding(shift_right(tgt, BOS)), h)[0])

        def step(self, y, h, encoded=None, mask=None):
            out, h = self.rnn(self.embedding(y).unsqueeze(1), h)
            return self.linear(out.squeeze(1)), h, None


@alternative("attention")
def softmax_by_hand():
    """Softmax by hand with the largest score taken off, over the tokens only."""

    def attention(query, keys, mask):
        scores = torch.einsum("bth,bsh->bts", query, keys) * keys.size(-1) ** -0.5
        inside = mask.unsqueeze(1)
        top = scores.masked_fill(~inside, -math.inf).amax(dim=-1, keepdim=True)
        weights = torch.exp((scores - top).clamp(max=0)) * inside
        weights = weights / weights.sum(dim=-1, keepdim=True)
        return torch.einsum("bts,bsh->bth", weights, keys), weights


@alternative("attention")
def example_by_example():
    """One example at a time, on the tokens alone."""

    def attention(query, keys, mask):
        B, T, H = query.shape
        contexts, all_weights = [], []
        for b in range(B):
            tokens = keys[b][mask[b]]
            w = torch.softmax(query[b] @ tokens.T / H**0.5, dim=1)
            full = query.new_zeros(T, keys.shape[1])
            full[:, mask[b]] = w
            contexts.append(w @ tokens)
            all_weights.append(full)
        return torch.stack(contexts), torch.stack(all_weights)


@alternative("attention")
def mask_as_added_bias():
    def attention(query, keys, mask):
        bias = keys.new_zeros(mask.shape).masked_fill(mask.logical_not(), float("-inf"))
        scores = torch.bmm(query / keys.shape[2] ** 0.5, keys.permute(0, 2, 1)) + bias[:, None, :]
        weights = F.softmax(scores, -1)
        return torch.bmm(weights, keys), weights


@alternative("AttentionDecoder")
def two_linear_products():
    """The linear layer as two products, the state taken from h."""

    class AttentionDecoder(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
            self.linear = nn.Linear(2 * hidden_dim, vocab_size)

        def step(self, y, h, encoded, mask):
            _, h = self.rnn(self.embedding(y.unsqueeze(1)), h)
            q = h[0]
            context, weights = attention(q.unsqueeze(1), encoded, mask)
            H = q.shape[1]
            logits = F.linear(q, self.linear.weight[:, :H], self.linear.bias)
            logits = logits + F.linear(context.squeeze(1), self.linear.weight[:, H:])
            return logits, h, weights.squeeze(1)


@alternative("AttentionDecoder")
def attention_written_out():
    """The attention written out, contiguous input for the GRU."""

    class AttentionDecoder(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
            self.linear = nn.Linear(2 * hidden_dim, vocab_size)

        def step(self, y, h, encoded, mask):
            out, new_h = self.rnn(input=self.embedding(y).view(len(y), 1, -1), hx=h)
            scores = torch.einsum("bh,bsh->bs", out[:, -1], encoded) / encoded.shape[-1] ** 0.5
            scores[~mask] = float("-inf")
            weights = torch.softmax(scores, dim=1)
            seen = (weights[:, :, None] * encoded).sum(dim=1)
            return self.linear(torch.hstack([out[:, -1], seen])), new_h, weights


@alternative("decode")
def one_loop_for_both():
    """A generator of logits; choose says what is read next."""

    def run_decoder(model, src, length, choose):
        memory, state = model.encoder(src)
        word = torch.ones(len(src), dtype=torch.long, device=src.device)
        for t in range(length):
            logits, state, _ = model.step(word, state, memory, src.ne(PAD))
            yield logits
            word = choose(t, logits)

    def decode(model, src, tgt, teacher_forcing, generator=None):
        def choose(t, logits):
            own = logits.detach().max(dim=1).indices
            coin = torch.bernoulli(
                torch.full((len(src),), float(teacher_forcing)), generator=generator
            )
            return own + coin.to(own.device).long() * (tgt[:, t] - own)

        return torch.stack(list(run_decoder(model, src, tgt.size(1), choose)), dim=1)

    @torch.no_grad()
    def greedy(model, src, max_len):
        rows, over = [[] for _ in src], set()
        for logits in run_decoder(model, src, max_len, lambda t, logits: logits.argmax(1)):
            for b, word in enumerate(logits.argmax(1).tolist()):
                if word == EOS:
                    over.add(b)
                elif b not in over:
                    rows[b].append(word)
            if len(over) == len(rows):
                break
        return rows


@alternative("decode")
def all_coins_at_once():
    """All coins at once, logits written into place; finished rows are fed PAD."""

    def decode(model, src, tgt, teacher_forcing, generator=None):
        B, T = tgt.shape
        forced = (torch.rand(B, T, generator=generator) < teacher_forcing).to(tgt.device)
        encoded, h = model.encoder(src)
        word, rows = torch.tensor([BOS] * B, device=src.device), []
        for t in range(T):
            out = model.step(y=word, h=h, encoded=encoded, mask=src != PAD)
            rows += [out[0]]
            h = out[1]
            guess = out[0].argmax(1)
            word = guess.clone()
            word[forced[:, t]] = tgt[forced[:, t], t]
        return torch.stack(rows).transpose(0, 1)

    def greedy(model, src, max_len):
        with torch.inference_mode():
            B = src.shape[0]
            encoded, h = model.encoder(src)
            ids = src.new_full((B, max_len), EOS)
            word, alive = src.new_full((B,), BOS), src.new_ones(B, dtype=torch.bool)
            for t in range(max_len):
                logits, h, _ = model.step(word, h, encoded, src != PAD)
                word = torch.where(alive, logits.argmax(-1), PAD)
                ids[alive, t] = word[alive]
                alive = alive & (word != EOS)
                if not alive.any():
                    break
            out = []
            for row in ids.tolist():
                out.append([])
                for word in row:
                    if word == EOS:
                        break
                    out[-1].append(word)
            return out


@alternative("token_error_rate")
def one_row_of_a_table():
    """A class with the cost of an edit, and one row that is written over."""

    class Distance:
        def __init__(self, cost=1):
            self.cost = cost

        def __call__(self, a, b):
            row = [j * self.cost for j in range(len(b) + 1)]
            for i in range(len(a)):
                corner, row[0] = row[0], row[0] + self.cost
                for j in range(len(b)):
                    keep = corner if a[i] == b[j] else corner + self.cost
                    corner = row[j + 1]
                    row[j + 1] = min(keep, corner + self.cost, row[j] + self.cost)
            return row[-1]

    def token_error_rate(hypotheses, references):
        length = sum(len(reference) for reference in references)
        if len(hypotheses) != len(references) or length < 1:
            raise ValueError(f"{len(hypotheses)} against {len(references)} of {length} tokens")
        return sum(map(Distance(), hypotheses, references)) / float(length)


@alternative("token_error_rate")
def whole_table():
    def edit_distance(a, b):
        table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
        for i in range(len(a) + 1):
            for j in range(len(b) + 1):
                if i == 0 or j == 0:
                    table[i][j] = i + j
                elif a[i - 1] == b[j - 1]:
                    table[i][j] = table[i - 1][j - 1]
                else:
                    table[i][j] = 1 + min(table[i - 1][j], table[i][j - 1], table[i - 1][j - 1])
        return table[len(a)][len(b)]

    def token_error_rate(hypotheses, references):
        if len(hypotheses) != len(references):
            raise ValueError("different numbers of sequences")
        tokens = sum(map(len, references))
        if not tokens:
            raise ValueError("no tokens")
        return sum(map(edit_distance, hypotheses, references)) / tokens


@alternative("token_error_rate")
def table_from_the_end():
    """The recursion from the end, its results kept in a dictionary, in loops."""

    def token_error_rate(hypotheses, references):
        if len(hypotheses) != len(references) or all(len(r) == 0 for r in references):
            raise ValueError("cannot compare")
        errors = 0
        for a, b in zip(hypotheses, references):
            best = {}
            for i in reversed(range(len(a) + 1)):
                for j in reversed(range(len(b) + 1)):
                    options = []
                    if i < len(a):
                        options.append(best[i + 1, j] + 1)
                    if j < len(b):
                        options.append(best[i, j + 1] + 1)
                    if i < len(a) and j < len(b):
                        options.append(best[i + 1, j + 1] + int(a[i] != b[j]))
                    best[i, j] = min(options, default=0)
            errors += best[0, 0]
        return errors / sum(len(r) for r in references)
