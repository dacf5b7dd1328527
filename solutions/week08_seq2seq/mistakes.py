"""Week 8: known mistakes, each with what a student who makes it is told."""

import torch
from torch import nn

from autograder.authoring import edit, mistake

from .lesson import BOS, EOS, PAD, attention

# == shift_right ==

edit(
    "shift_right",
    "shifts-target-left",
    "You shift the wrong way: your decoder reads at step t what it must say one step "
    "later. Reading comes before saying, so bos goes to the front.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        "return torch.cat([y[:, 1:], torch.full_like(y[:, :1], bos)], dim=1)",
    ),
)
edit(
    "shift_right",
    "rolls-last-token-to-front",
    "roll brings the last token round to the front, where bos belongs. At step 0 nothing"
    " has been said yet.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        "return torch.roll(y, 1, dims=1)",
    ),
)
edit(
    "shift_right",
    "overwrites-first-token-with-bos",
    "You write bos over the first token and shift nothing, so each step reads what it must say.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        """
            out = y.clone()
            out[:, 0] = bos
            return out
        """,
    ),
)
edit(
    "shift_right",
    "keeps-last-token",
    "Your result is one step longer than y. Which token does no step have to read?",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        "return torch.cat([torch.full_like(y[:, :1], bos), y], dim=1)",
    ),
)
edit(
    "shift_right",
    "shifts-along-batch",
    "You shift along the batch: each example reads the target of its neighbour. Time is axis 1.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        "return torch.cat([torch.full_like(y[:1], bos), y[:-1]], dim=0)",
    ),
)
edit(
    "shift_right",
    "modifies-y-in-place",
    "The result is right, but y is another one after the call. Write into a copy, or "
    "make a new tensor.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        """
            y[:, 1:] = y[:, :-1].clone()
            y[:, 0] = bos
            return y
        """,
    ),
)
edit(
    "shift_right",
    "hardcodes-bos-id",
    "Your bos is always BOS. Take the id that is handed over.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        "return torch.cat([torch.full_like(y[:, :1], BOS), y[:, :-1]], dim=1)",
    ),
)
edit(
    "shift_right",
    "returns-float-ids",
    "torch.ones or torch.zeros makes floats, and cat makes floats of everything. Ids are"
    " torch.long: full_like takes over the type.",
    (
        """
            first = torch.full_like(y[:, :1], bos)
            return torch.cat([first, y[:, :-1]], dim=1)
        """,
        "return torch.cat([bos * torch.ones(len(y), 1), y[:, :-1]], dim=1)",
    ),
)

# == Seq2Seq ==

edit(
    "Seq2Seq",
    "reads-target-unshifted",
    "Your decoder reads the target unshifted, so at every step it is handed what it must"
    " say. The loss will be near 0, and the model useless: shift the target right.",
    ("shift_right(tgt, BOS)", "tgt"),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "detaches-encoder-state",
    "Your h is detached, so the encoder never learns. Nothing is cut between encoder and decoder.",
    (
        "(self.embedding(shift_right(tgt, BOS)), h)",
        "(self.embedding(shift_right(tgt, BOS)), h.detach())",
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "starts-decoder-from-zeros",
    "Your decoder starts from zeros, so it knows nothing about the source. Hand it the "
    "encoder's h as its start state.",
    ("(self.embedding(shift_right(tgt, BOS)), h)", "(self.embedding(shift_right(tgt, BOS)))"),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "returns-probabilities",
    "You return probabilities. Return the logits: cross_entropy applies the softmax itself.",
    ("return self.linear(states)", "return self.linear(states).softmax(dim=-1)"),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "embeds-target-with-encoder-table",
    "Your decoder embeds the target with the encoder's table. The target has an "
    "embedding of its own: self.embedding.",
    (
        "states, _ = self.rnn(self.embedding(shift_right(tgt, BOS)), h)",
        "states, _ = self.rnn(self.encoder.embedding(shift_right(tgt, BOS)), h)",
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "runs-encoder-over-padding",
    "Your encoder reads on over the padding, so h is the state after the last PAD. Pack "
    "the batch: each row ends at its own last token.",
    (
        """
            lengths = (src != PAD).sum(dim=1).cpu()
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(src), lengths, batch_first=True, enforce_sorted=False
            )
            states, h = self.rnn(packed)
            encoded, _ = nn.utils.rnn.pad_packed_sequence(
                states, batch_first=True, total_length=src.shape[1]
            )
            return encoded, h
        """,
        "return self.rnn(self.embedding(src))",
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "takes-last-column-as-state",
    "Your encoded is right, but h is the last column of it: at the padding of a short "
    "row. The GRU returns the state you want as its second result.",
    (
        """
            )
            states, h = self.rnn(packed)
        """,
        ")",
    ),
    ("states, batch_first", "self.rnn(packed)[0], batch_first"),
    ("return encoded, h", "return encoded, encoded[:, -1][None]"),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "cuts-encoded-to-longest-row",
    "encoded is only as wide as the longest row, while the mask is as wide as src. Say "
    "total_length to pad_packed_sequence.",
    (
        """
            encoded, _ = nn.utils.rnn.pad_packed_sequence(
                states, batch_first=True, total_length=src.shape[1]
            )
            return encoded, h
        """,
        "return nn.utils.rnn.pad_packed_sequence(states, batch_first=True)[0], h",
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "leaves-rows-sorted-by-length",
    "You sort the rows by length and do not sort back, so each target starts from the "
    "state of another source. With enforce_sorted=False PyTorch does both.",
    (
        "lengths = (src != PAD).sum(dim=1).cpu()",
        "lengths, order = (src != PAD).sum(dim=1).cpu().sort(descending=True)",
    ),
    (
        "(src), lengths, batch_first=True, enforce_sorted=False",
        "(src[order]), lengths, batch_first=True",
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "requires-sorted-lengths",
    "pack_padded_sequence wants rows in falling order of length, unless you say "
    "enforce_sorted=False. Rows come in any order here.",
    (
        """
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(src), lengths, batch_first=True, enforce_sorted=False
            )
        """,
        "packed = nn.utils.rnn.pack_padded_sequence(self.embedding(src), lengths, batch_first=True)",
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "drops-state-layer-axis",
    "Your h is (B, H). A state of nn.GRU is (layers, B, H), here (1, B, H), also with batch_first.",
    ("return encoded, h", "return encoded, h[0]"),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)
edit(
    "Seq2Seq",
    "ties-encoder-and-decoder-embeddings",
    "Encoder and decoder share one embedding here. That is done elsewhere, under the "
    "name of tied embeddings; this exercise asks for a second layer with weights of its "
    "own.",
    (
        """
            self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)
            self.embedding = nn.Embedding(vocab_size, embed_dim)
        """,
        """
            self.encoder = Encoder(vocab_size, embed_dim, hidden_dim)
            self.embedding = self.encoder.embedding
        """,
    ),
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        "out, h = self.rnn(self.embedding(y).unsqueeze(1), h)",
    ),
    ("states[:, 0]", "out.squeeze(1)"),
)

# == attention ==

edit(
    "attention",
    "ignores-the-mask",
    "Padding gets a share of your weights: the mask has no effect. Set its scores to "
    "minus infinity before the softmax.",
    (
        """
            scores = query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])
            weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)
        """,
        "weights = (query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])).softmax(dim=-1)",
    ),
)
edit(
    "attention",
    "takes-softmax-over-queries",
    "Your softmax runs over the queries, so the weights of one query do not sum to 1. "
    "Each query deals out its weight over the source: the last axis.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        """
            weights = scores.masked_fill(~mask[:, None], -1e9).softmax(dim=1)
            weights = weights.masked_fill(~mask[:, None], 0.0)
        """,
    ),
)
edit(
    "attention",
    "takes-softmax-over-batch",
    "Your softmax runs over the batch. Examples know nothing of each other: the axis is "
    "that of the source.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        """
            weights = scores.masked_fill(~mask[:, None], -1e9).softmax(dim=0)
            weights = weights.masked_fill(~mask[:, None], 0.0)
        """,
    ),
)
edit(
    "attention",
    "masks-after-softmax",
    "You mask after the softmax, so padding has taken its share and the rest sums to "
    "less than 1. The mask goes in before the softmax.",
    (
        "scores = query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])",
        "weights = (query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])).softmax(dim=-1)",
    ),
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        "weights = weights * mask[:, None]",
    ),
)
edit(
    "attention",
    "masks-after-softmax-and-renormalizes",
    "You mask after the softmax and divide again. That is right on paper; but where a "
    "key at padding has a large score it takes everything, and 0 / 0 is left. Mask "
    "before the softmax.",
    (
        """
            scores = query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])
            weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)
        """,
        """
            weights = (query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])).softmax(dim=-1)
            weights = weights * mask[:, None]
            weights = weights / weights.sum(dim=-1, keepdim=True)
        """,
    ),
)
edit(
    "attention",
    "sets-padding-scores-to-zero",
    "You set the scores at padding to 0. That is a score like any other, and exp(0) is "
    "1: its weight must become 0, so its score is minus infinity.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf)",
        "weights = (scores * mask[:, None])",
    ),
)
edit(
    "attention",
    "inverts-the-mask",
    "Your mask is turned round: you look at the padding only. masked_fill fills where "
    "its condition is True.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf)",
        "weights = scores.masked_fill(mask[:, None], -math.inf)",
    ),
)
edit(
    "attention",
    "forgets-to-scale-scores",
    "The scale is missing: a dot product of H numbers grows like the square root of H. "
    "Divide the scores by it.",
    ("(1, 2) / math.sqrt(keys.shape[-1])", "(1, 2)"),
)
edit(
    "attention",
    "divides-by-h-without-root",
    "You divide by H. The standard deviation of the scores is the square root of H, and "
    "so is the divisor.",
    ("math.sqrt(keys.shape[-1])", "keys.shape[-1]"),
)
edit(
    "attention",
    "scales-by-sequence-length",
    "Your scale is the root of a length: S or T. It is that of H, the number of products in a score.",
    ("keys.shape[-1]", "keys.shape[1]"),
)
edit(
    "attention",
    "scales-after-softmax",
    "You scale after the softmax, so the weights sum to 1 / √H. The scores are divided, before it.",
    ("(1, 2) / math.sqrt(keys.shape[-1])", "(1, 2)"),
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        """
            weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)
            weights = weights / math.sqrt(keys.shape[-1])
        """,
    ),
)
edit(
    "attention",
    "returns-weights-first",
    "Your two results have changed places: first the context, then the weights.",
    ("return weights @ keys, weights", "return weights, weights @ keys"),
)
edit(
    "attention",
    "returns-scores-as-weights",
    "You return the scores as weights. Weights are what the softmax makes of them.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        "scores = scores.masked_fill(~mask[:, None], -math.inf)",
    ),
    ("return weights @ keys, weights", "return scores.softmax(dim=-1) @ keys, scores"),
)
edit(
    "attention",
    "takes-exp-without-subtracting-max",
    "A softmax written by hand: exp of a large number is infinite. torch.softmax takes "
    "the largest score off first.",
    (
        "scores = query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])",
        "scores = (query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])).exp() * mask[:, None]",
    ),
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        "weights = scores / scores.sum(dim=-1, keepdim=True)",
    ),
)
edit(
    "attention",
    "scales-query-in-place",
    "Your formula is right, but the query is another one after the call: /= and *= work "
    "in place. Write query = query / … instead.",
    ("scores = query @ keys.transpose(1, 2) /", "query /="),
    ("weights = scores.masked_fill", "weights = (query @ keys.transpose(1, 2)).masked_fill"),
)
edit(
    "attention",
    "masks-with-finite-score",
    "You fill with a large negative number. Scores can be lower still, and then padding "
    "wins: minus infinity is below all of them.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        "weights = scores.masked_fill(~mask[:, None], -1e4).softmax(dim=-1)",
    ),
)

# == AttentionDecoder ==


@mistake(
    "AttentionDecoder",
    "You ask with the state before the step. Here the GRU goes first, and its new state asks.",
)
def queries_with_old_state():
    class AttentionDecoder(nn.Module):
        def __init__(self, vocab_size, embed_dim, hidden_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embed_dim)
            self.rnn = nn.GRU(embed_dim, hidden_dim, batch_first=True)
            self.linear = nn.Linear(2 * hidden_dim, vocab_size)

        def step(self, y, h, encoded, mask):
            context, weights = attention(h.transpose(0, 1), encoded, mask)
            states, h = self.rnn(self.embedding(y)[:, None], h)
            logits = self.linear(torch.cat([states, context], dim=-1)[:, 0])
            return logits, h, weights[:, 0]


edit(
    "AttentionDecoder",
    "ignores-the-mask",
    "The mask is not handed on, so the decoder looks at padding. Where does step use it?",
    ("(states, encoded, mask)", "(states, encoded, torch.ones_like(mask))"),
)
edit(
    "AttentionDecoder",
    "joins-context-first",
    "State and context have changed places in front of the linear layer. The state comes first.",
    ("states, context", "context, states"),
)
edit(
    "AttentionDecoder",
    "returns-old-state",
    "You hand back the h that you were given, so every step starts at the same place. "
    "Return the state after the step.",
    ("states, h = self.", "states, _ = self."),
)
edit(
    "AttentionDecoder",
    "resets-state-every-step",
    "Your GRU starts from zeros at every step: the given h is not passed on to it.",
    ("(self.embedding(y)[:, None], h)", "(self.embedding(y)[:, None])"),
)
edit(
    "AttentionDecoder",
    "ignores-the-context",
    "The context has no effect on what is said: both halves that you give to the linear "
    "layer are the state.",
    ("[states, context],", "[states, states],"),
)
edit(
    "AttentionDecoder",
    "keeps-step-axis",
    "Your results keep the axis of the one step. One step returns logits (B, V) and weights (B, S).",
    (
        """
            logits = self.linear(torch.cat([states, context], dim=-1)[:, 0])
            return logits, h, weights[:, 0]
        """,
        "return self.linear(torch.cat([states, context], dim=-1)), h, weights",
    ),
)
edit(
    "AttentionDecoder",
    "drops-state-layer-axis",
    "You return h as (B, H). The next step hands it to nn.GRU, which wants (1, B, H).",
    ("logits, h,", "logits, states[:, 0],"),
)
edit(
    "AttentionDecoder",
    "reads-batch-as-sequence",
    "Without a step axis nn.GRU takes your batch of embeddings for one sequence, and "
    "reads the examples one after another. Make it (B, 1, E).",
    (
        """
            states, h = self.rnn(self.embedding(y)[:, None], h)
            context, weights = attention(states, encoded, mask)
            logits = self.linear(torch.cat([states, context], dim=-1)[:, 0])
            return logits, h, weights[:, 0]
        """,
        """
            states, _ = self.rnn(self.embedding(y), h[:, 0])
            context, weights = attention(states[:, None], encoded, mask)
            logits = self.linear(torch.cat([states, context[:, 0]], dim=-1))
            return logits, states[None], weights[:, 0]
        """,
    ),
)

# == decode ==


@mistake(
    "decode",
    "decode: your first token is not BOS. The target is not shifted yet: at step 0 "
    "nothing has been said, and BOS is read.",
)
def starts_from_first_target_token():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = tgt[:, 0], []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: your step t reads tgt[:, t], which it must say. The true token to read next"
    " is the one that the step was about.",
)
def reads_token_to_be_predicted():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            if steps:
                y = torch.where(forced, tgt[:, t], steps[-1].argmax(dim=-1))
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: your coin is turned round: with teacher_forcing = 1 the model reads its own"
    " words. The truth is read where the random number is below teacher_forcing.",
)
def inverts_teacher_forcing():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) >= teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: one coin decides for the whole batch at each step. Flip B coins, one for every example.",
)
def flips_one_coin_per_batch():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(1, generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: you flip the coins once, before the loop, so a row is forced throughout or "
    "never. Flip new ones at every step.",
)
def flips_coins_once_per_row():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: your coins come from torch's global generator. Hand generator to "
    "torch.rand, or nobody can repeat a training.",
)
def ignores_the_generator():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt)) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: the state is not passed on: each step starts from the encoder's h. Keep the"
    " h that step returns.",
)
def resets_decode_state_every_step():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, _, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: the truth is read at every step, whatever teacher_forcing says. At test "
    "time nobody knows it, so a score measured this way is worth nothing.",
)
def uses_teacher_forcing_throughout():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            y = tgt[:, t]
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: your logits have no graph, so nothing can be learnt from them. no_grad belongs to greedy.",
)
def disables_gradients_in_decode():
    @torch.no_grad()
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "The mask you hand to step is True everywhere, so padding is looked at. It is True "
    "where src is not PAD.",
)
def passes_all_true_mask():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src >= 0)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src >= 0)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "greedy: your rows go on after their EOS. A row is what it says before its first "
    "EOS: cut it there.",
)
def keeps_tokens_after_eos():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        return torch.stack(said, dim=1).tolist()


@mistake(
    "decode",
    "greedy: EOS itself is left in your rows. It says that the row is over, and is no part of it.",
)
def keeps_eos_token():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS) + 1] if EOS in row else row for row in rows]


edit(
    "decode",
    "runs-greedy-to-max-len",
    "greedy: you never stop before max_len. When every row has said EOS there is nothing left to do.",
    (
        """
            mask = src != PAD
            y = torch.full_like(tgt[:, 0], BOS)
            steps = []
        """,
        "y, steps = torch.full_like(tgt[:, 0], BOS), []",
    ),
    (
        """
            for t in range(tgt.shape[1]):
                logits, h, _ = model.step(y, h, encoded, mask)
        """,
        """
            for t in range(tgt.shape[1]):
                logits, h, _ = model.step(y, h, encoded, src != PAD)
        """,
    ),
    (
        "(len(tgt), generator=generator).to(tgt.device) < teacher_forcing",
        "(len(tgt), generator=generator) < teacher_forcing",
    ),
    (
        """
            mask = src != PAD
            y = torch.full_like(src[:, 0], BOS)
            done = torch.zeros_like(y, dtype=torch.bool)
            said = []
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, mask)
        """,
        """
            y, said = torch.full_like(src[:, 0], BOS), []
            for _ in range(max_len):
                logits, h, _ = model.step(y, h, encoded, src != PAD)
        """,
    ),
    (
        """
            said.append(y)
            done |= y == EOS
        """,
        "said.append(y)",
    ),
)
edit(
    "decode",
    "stops-at-first-finished-row",
    "greedy: you stop when the first row says EOS, and the others are cut off. Wait for all of them.",
    (
        """
            mask = src != PAD
            y = torch.full_like(tgt[:, 0], BOS)
            steps = []
        """,
        "y, steps = torch.full_like(tgt[:, 0], BOS), []",
    ),
    (
        """
            for t in range(tgt.shape[1]):
                logits, h, _ = model.step(y, h, encoded, mask)
        """,
        """
            for t in range(tgt.shape[1]):
                logits, h, _ = model.step(y, h, encoded, src != PAD)
        """,
    ),
    (
        "(len(tgt), generator=generator).to(tgt.device) < teacher_forcing",
        "(len(tgt), generator=generator) < teacher_forcing",
    ),
    (
        """
            mask = src != PAD
            y = torch.full_like(src[:, 0], BOS)
            done = torch.zeros_like(y, dtype=torch.bool)
            said = []
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, mask)
        """,
        """
            y, said = torch.full_like(src[:, 0], BOS), []
            for _ in range(max_len):
                logits, h, _ = model.step(y, h, encoded, src != PAD)
        """,
    ),
    (
        "done |= y == EOS",
        """
            if (y == EOS).any():
                break
        """,
    ),
)


@mistake(
    "decode",
    "greedy: you stop only when all rows say EOS at the same step. Rows end at different"
    " steps: remember which are over.",
)
def waits_for_simultaneous_eos():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            for _ in range(max_len):
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                if (y == EOS).all():
                    break
                said.append(y)
        rows = torch.stack(said, dim=1).tolist()
        return [[word for word in row if word != EOS] for row in rows]


@mistake(
    "decode",
    "greedy: every step starts from the encoder's h. Keep the h that step returns, or "
    "the model says the same thing for ever.",
)
def resets_greedy_state_every_step():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, start = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, start, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "greedy: your first token is the first of the source. A target begins after BOS.",
)
def starts_greedy_from_source_token():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = src[:, 0], []
            done = torch.zeros_like(y, dtype=torch.bool)
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


edit(
    "decode",
    "tracks-gradients-in-greedy",
    "greedy: every step adds to a graph that is never used. Work within torch.no_grad().",
    (
        """
            mask = src != PAD
            y = torch.full_like(tgt[:, 0], BOS)
            steps = []
        """,
        "y, steps = torch.full_like(tgt[:, 0], BOS), []",
    ),
    (
        """
            for t in range(tgt.shape[1]):
                logits, h, _ = model.step(y, h, encoded, mask)
        """,
        """
            for t in range(tgt.shape[1]):
                logits, h, _ = model.step(y, h, encoded, src != PAD)
        """,
    ),
    (
        "(len(tgt), generator=generator).to(tgt.device) < teacher_forcing",
        "(len(tgt), generator=generator) < teacher_forcing",
    ),
    (
        """
            with torch.no_grad():
                encoded, h = model.encoder(src)
                mask = src != PAD
                y = torch.full_like(src[:, 0], BOS)
                done = torch.zeros_like(y, dtype=torch.bool)
                said = []
                while len(said) < max_len and not done.all():
                    logits, h, _ = model.step(y, h, encoded, mask)
                    y = logits.argmax(dim=-1)
                    said.append(y)
                    done |= y == EOS
        """,
        """
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        """,
    ),
)


@mistake(
    "decode",
    "greedy: you leave out each PAD that the model says. That hides an error of the "
    "model: only EOS ends a row, and every other id stays.",
)
def drops_predicted_pad():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        rows = [row[: row.index(EOS)] if EOS in row else row for row in rows]
        return [[word for word in row if word != PAD] for row in rows]


@mistake(
    "decode",
    "greedy: you leave out each BOS that the model says. That hides an error of the "
    "model: only EOS ends a row, and every other id stays.",
)
def drops_predicted_bos():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        rows = [row[: row.index(EOS)] if EOS in row else row for row in rows]
        return [[word for word in row if word != BOS] for row in rows]


@mistake(
    "decode",
    "greedy: you switch the model to eval and leave it there, so the next training step "
    "runs without dropout, and nobody sees why. The mode belongs to the caller.",
)
def leaves_model_in_eval_mode():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        model.eval()
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


@mistake(
    "decode",
    "decode: you switch the model to train and leave it there, so whoever measures next "
    "measures with dropout. The mode belongs to the caller.",
)
def leaves_model_in_train_mode():
    def decode(model, src, tgt, teacher_forcing, generator=None):
        model.train()
        encoded, h = model.encoder(src)
        y, steps = torch.full_like(tgt[:, 0], BOS), []
        for t in range(tgt.shape[1]):
            logits, h, _ = model.step(y, h, encoded, src != PAD)
            steps.append(logits)
            forced = torch.rand(len(tgt), generator=generator) < teacher_forcing
            y = torch.where(forced, tgt[:, t], logits.argmax(dim=-1))
        return torch.stack(steps, dim=1)

    def greedy(model, src, max_len):
        with torch.no_grad():
            encoded, h = model.encoder(src)
            y, said = torch.full_like(src[:, 0], BOS), []
            done = y == EOS
            while len(said) < max_len and not done.all():
                logits, h, _ = model.step(y, h, encoded, src != PAD)
                y = logits.argmax(dim=-1)
                said.append(y)
                done = done | (y == EOS)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


# == token_error_rate ==

edit(
    "token_error_rate",
    "counts-substitution-as-two",
    "A substitution costs you 2: one deletion and one insertion. It is one edit: the "
    "entry above left plus 1.",
    ("len(reference) for reference in references", "map(len, references)"),
    ("total == 0", "not total"),
    (
        "as many hypotheses as references are needed, and a token to compare with",
        "nothing to compare",
    ),
    ("[j - 1] + (mine != theirs)", "[j - 1] + 2 * (mine != theirs)"),
)
edit(
    "token_error_rate",
    "divides-by-hypothesis-length",
    "You divide by the length of the hypotheses. A model that says too much would get a "
    "better rate for it: divide by the references.",
    ("len(reference) for reference in references", "map(len, references)"),
    ("total == 0", "not total"),
    (
        "as many hypotheses as references are needed, and a token to compare with",
        "nothing to compare",
    ),
    ("return errors / total", "return errors / max(1, sum(map(len, hypotheses)))"),
)
edit(
    "token_error_rate",
    "averages-rates-over-pairs",
    "You take the mean of the rates of the pairs, so a short pair counts as much as a "
    "long one. Sum the errors, sum the tokens, divide once.",
    (
        """
            total = sum(len(reference) for reference in references)
            if len(hypotheses) != len(references) or total == 0:
                raise ValueError("as many hypotheses as references are needed, and a token to compare with")
            errors = 0
        """,
        """
            if len(hypotheses) != len(references) or not any(map(len, references)):
                raise ValueError("nothing to compare")
            rates = []
        """,
    ),
    ("errors += row[-1]", "rates.append(row[-1] / max(1, len(b)))"),
    ("return errors / total", "return sum(rates) / len(rates)"),
)
edit(
    "token_error_rate",
    "compares-position-by-position",
    "You compare place by place. One token missing at the front then makes everything "
    "after it wrong: use the edit distance.",
    ("len(reference) for reference in references", "map(len, references)"),
    ("total == 0", "not total"),
    (
        "as many hypotheses as references are needed, and a token to compare with",
        "nothing to compare",
    ),
    (
        """
            row = list(range(len(b) + 1))
            for i, mine in enumerate(a, 1):
                above, row = row, [i]
                for j, theirs in enumerate(b, 1):
                    row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (mine != theirs)))
            errors += row[-1]
        """,
        "errors += sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))",
    ),
)
edit(
    "token_error_rate",
    "divides-by-padded-length",
    "You count padding: you divide by the longest reference, as often as there are "
    "pairs. Only real tokens count.",
    ("len(reference) for reference in references", "map(len, references)"),
    ("total == 0", "not total"),
    (
        "as many hypotheses as references are needed, and a token to compare with",
        "nothing to compare",
    ),
    ("return errors / total", "return errors / (len(references) * max(map(len, references)))"),
)
edit(
    "token_error_rate",
    "returns-edit-count",
    "You return the number of edits. A rate is per token of the references.",
    ("len(reference) for reference in references", "map(len, references)"),
    ("total == 0", "not total"),
    (
        "as many hypotheses as references are needed, and a token to compare with",
        "nothing to compare",
    ),
    ("return errors / total", "return errors"),
)


@mistake(
    "token_error_rate",
    "Your first row or column is 0, so what is left over at the start costs nothing. "
    "d[i, 0] = i and d[0, j] = j.",
)
def makes_leading_edits_free():
    def token_error_rate(hypotheses, references):
        total = sum(map(len, references))
        if len(hypotheses) != len(references) or not total:
            raise ValueError("nothing to compare")
        errors = 0
        for a, b in zip(hypotheses, references):
            row = [0] * (len(b) + 1)
            for mine in a:
                above, row = row, [0]
                for j, theirs in enumerate(b, 1):
                    row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (mine != theirs)))
            errors += row[-1]
        return errors / total


edit(
    "token_error_rate",
    "caps-rate-at-one",
    "You limit the rate to 1. A model that says far too much makes more errors than "
    "there are tokens, and the rate must show it.",
    ("len(reference) for reference in references", "map(len, references)"),
    ("total == 0", "not total"),
    (
        "as many hypotheses as references are needed, and a token to compare with",
        "nothing to compare",
    ),
    ("return errors / total", "return min(1.0, errors / total)"),
)
edit(
    "token_error_rate",
    "raises-no-value-error",
    "What cannot be compared must raise a ValueError: zip drops what has no partner "
    "without a word, and 0 / 0 is no rate.",
    (
        """
            total = sum(len(reference) for reference in references)
            if len(hypotheses) != len(references) or total == 0:
                raise ValueError("as many hypotheses as references are needed, and a token to compare with")
        """,
        "total = sum(map(len, references))",
    ),
    ("return errors / total", "return errors / max(1, total)"),
)
edit(
    "token_error_rate",
    "aligns-with-difflib",
    "difflib keeps the longest common piece first, and that is not the least number of "
    "edits. Fill the table: the smallest of three at every place.",
    (
        """
            total = sum(len(reference) for reference in references)
            if len(hypotheses) != len(references) or total == 0:
                raise ValueError("as many hypotheses as references are needed, and a token to compare with")
        """,
        """
            import difflib
            total = sum(map(len, references))
            if len(hypotheses) != len(references) or not total:
                raise ValueError("nothing to compare")
        """,
    ),
    (
        """
            row = list(range(len(b) + 1))
            for i, mine in enumerate(a, 1):
                above, row = row, [i]
                for j, theirs in enumerate(b, 1):
                    row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (mine != theirs)))
            errors += row[-1]
        """,
        """
            for kind, i, k, j, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
                errors += max(k - i, m - j) if kind != "equal" else 0
        """,
    ),
)
