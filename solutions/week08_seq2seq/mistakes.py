"""Week 8: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == shift_right ==

edit(
    "shift_right",
    "shifts-target-left",
    "You shift the wrong way: your decoder reads at step t what it must say one step later. "
    "Reading comes before saying, so bos goes to the front.",
    ("[first, y[:, :-1]]", "[y[:, 1:], first]"),
)
edit(
    "shift_right",
    "rolls-last-token-to-front",
    "roll brings the last token round to the front, where bos belongs. At step 0 nothing has "
    "been said yet.",
    ("torch.full_like(y[:, :1], bos)", "y[:, -1:]"),
)
edit(
    "shift_right",
    "overwrites-first-token-with-bos",
    "You write bos over the first token and shift nothing, so each step reads what it must say.",
    ("[first, y[:, :-1]]", "[first, y[:, 1:]]"),
)
edit(
    "shift_right",
    "keeps-last-token",
    "Your result is one step longer than y. Which token does no step have to read?",
    ("[first, y[:, :-1]]", "[first, y]"),
)
edit(
    "shift_right",
    "shifts-along-batch",
    "You shift along the batch: each example reads the target of its neighbour. Time is axis 1.",
    ("y[:, :1]", "y[:1]"),
    ("[first, y[:, :-1]], dim=1", "[first, y[:-1]], dim=0"),
)
edit(
    "shift_right",
    "modifies-y-in-place",
    "The result is right, but y is another one after the call. Write into a copy, or "
    "make a new tensor.",
    (
        "return torch.cat([first, y[:, :-1]], dim=1)",
        """
            y[:] = torch.cat([first, y[:, :-1]], dim=1)
            return y
        """,
    ),
)
edit(
    "shift_right",
    "hardcodes-bos-id",
    "Your bos is always BOS. Take the id that is handed over.",
    ("torch.full_like(y[:, :1], bos)", "torch.full_like(y[:, :1], BOS)"),
)
edit(
    "shift_right",
    "returns-float-ids",
    "torch.ones or torch.zeros makes floats, and cat makes floats of everything. Ids are "
    "torch.long: full_like takes over the type.",
    ("torch.full_like(y[:, :1], bos)", "bos * torch.ones(len(y), 1)"),
)

edit(
    "shift_right",
    "makes-bos-on-cpu",
    "Your column of bos is on the CPU, wherever y is. full_like and new_full make it beside y.",
    (
        "torch.full_like(y[:, :1], bos)",
        "torch.full((y.shape[0], 1), bos, dtype=torch.long)",
    ),
)
edit(
    "shift_right",
    "goes-through-numpy",
    "NumPy lives on the CPU and cannot read a tensor of a GPU. torch.cat does it where y is.",
    (
        "return torch.cat([first, y[:, :-1]], dim=1)",
        """
            shifted = y.numpy().copy()
            shifted[:, 1:] = shifted[:, :-1].copy()
            shifted[:, 0] = bos
            return torch.from_numpy(shifted)
        """,
    ),
)

# == Seq2Seq ==

edit(
    "Seq2Seq",
    "reads-target-unshifted",
    "Your decoder reads the target unshifted, so at every step it is handed what it must say. "
    "The loss will be near 0, and the model useless: shift the target right.",
    ("shift_right(tgt, BOS)", "tgt"),
)
edit(
    "Seq2Seq",
    "detaches-encoder-state",
    "Your h is detached, so the encoder never learns. Nothing is cut between encoder and decoder.",
    ("embedding(shift_right(tgt, BOS)), h", "embedding(shift_right(tgt, BOS)), h.detach()"),
)
edit(
    "Seq2Seq",
    "starts-decoder-from-zeros",
    "Your decoder starts from zeros, so it knows nothing about the source. Hand it the "
    "encoder's h as its start state.",
    ("embedding(shift_right(tgt, BOS)), h", "embedding(shift_right(tgt, BOS))"),
)
edit(
    "Seq2Seq",
    "returns-probabilities",
    "You return probabilities. Return the logits: cross_entropy applies the softmax itself.",
    ("self.linear(states)", "self.linear(states).softmax(dim=-1)"),
)
edit(
    "Seq2Seq",
    "embeds-target-with-encoder-table",
    "Your decoder embeds the target with the encoder's table. The target has an embedding of "
    "its own: self.embedding.",
    ("self.embedding(shift_right(tgt, BOS))", "self.encoder.embedding(shift_right(tgt, BOS))"),
)
edit(
    "Seq2Seq",
    "runs-encoder-over-padding",
    "Your encoder reads on over the padding, so h is the state after the last PAD. Pack the "
    "batch: each row ends at its own last token.",
    ("(src != PAD).sum(dim=1).cpu()", "torch.full((len(src),), src.shape[1])"),
)
edit(
    "Seq2Seq",
    "takes-last-column-as-state",
    "Your encoded is right, but h is the last column of it: at the padding of a short row. The "
    "GRU returns the state you want as its second result.",
    ("return encoded, h", "return encoded, encoded[:, -1][None]"),
)
edit(
    "Seq2Seq",
    "cuts-encoded-to-longest-row",
    "encoded is only as wide as the longest row, while the mask is as wide as src. Say "
    "total_length to pad_packed_sequence.",
    ("batch_first=True, total_length=src.shape[1]", "batch_first=True"),
)
edit(
    "Seq2Seq",
    "leaves-rows-sorted-by-length",
    "You sort the rows by length and do not sort back, so each target starts from the state of "
    "another source. With enforce_sorted=False PyTorch does both.",
    (
        "lengths = (src != PAD).sum(dim=1).cpu()",
        "lengths, order = (src != PAD).sum(dim=1).cpu().sort(descending=True)",
    ),
    ("self.embedding(src)", "self.embedding(src[order])"),
)
edit(
    "Seq2Seq",
    "requires-sorted-lengths",
    "pack_padded_sequence wants rows in falling order of length, unless you say "
    "enforce_sorted=False. Rows come in any order here.",
    ("lengths, batch_first=True, enforce_sorted=False", "lengths, batch_first=True"),
)
edit(
    "Seq2Seq",
    "drops-state-layer-axis",
    "Your h is (B, H). A state of nn.GRU is (layers, B, H), here (1, B, H), also with batch_first.",
    ("return encoded, h", "return encoded, h[0]"),
)
edit(
    "Seq2Seq",
    "ties-encoder-and-decoder-embeddings",
    "Encoder and decoder share one embedding here. That is done elsewhere, under the name of "
    "tied embeddings; this exercise asks for a second layer with weights of its own.",
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
)

edit(
    "Seq2Seq",
    "counts-ids-above-eos",
    "You count the ids above EOS. BOS and EOS in a source are tokens like any other: only PAD is "
    "padding.",
    ("(src != PAD)", "(src > EOS)"),
)
edit(
    "Seq2Seq",
    "squeezes-away-single-row",
    "Where the batch has one row, squeeze takes its axis away, and the lengths are no longer (1,). "
    "The sum over axis 1 is (B,) already.",
    ("(src != PAD).sum(dim=1).cpu()", "(src != PAD).sum(dim=1).squeeze().cpu()"),
)
edit(
    "Seq2Seq",
    "views-contiguous-memory",
    "view wants its entries one after the other in memory, and an argument can be a view with its "
    "axes swapped. Use reshape, or no flattening at all.",
    ("self.embedding(src), lengths", "self.embedding(src.view(-1)).view(*src.shape, -1), lengths"),
)
edit(
    "Seq2Seq",
    "goes-on-from-last-batch",
    "Your encoder starts from the state of the batch before. Other sources have nothing to do with "
    "these: start from zeros.",
    (
        "states, h = self.rnn(packed)",
        """
            last = getattr(self, "last", None)
            if last is not None and last.shape[1] != len(src):
                last = None
            states, h = self.rnn(packed, last)
            self.last = h.detach()
        """,
    ),
)

# == attention ==

edit(
    "attention",
    "ignores-the-mask",
    "Padding gets a share of your weights: the mask has no effect. Set its scores to minus "
    "infinity before the softmax.",
    ("scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)", "scores.softmax(dim=-1)"),
)
edit(
    "attention",
    "takes-softmax-over-queries",
    "Your softmax runs over the queries, so the weights of one query do not sum to 1. Each "
    "query deals out its weight over the source: the last axis.",
    ("softmax(dim=-1)", "softmax(dim=1).nan_to_num()"),
)
edit(
    "attention",
    "takes-softmax-over-batch",
    "Your softmax runs over the batch. Examples know nothing of each other: the axis "
    "is that of the source.",
    ("softmax(dim=-1)", "softmax(dim=0).nan_to_num()"),
)
edit(
    "attention",
    "masks-after-softmax",
    "You mask after the softmax, so padding has taken its share and the rest sums to less than "
    "1. The mask goes in before the softmax.",
    (
        "scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        "scores.softmax(dim=-1) * mask[:, None]",
    ),
)
edit(
    "attention",
    "masks-after-softmax-and-renormalizes",
    "You mask after the softmax and divide again. That is right on paper; but where a key at "
    "padding has a large score it takes everything, and 0 / 0 is left. Mask before the softmax.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        """
            weights = scores.softmax(dim=-1) * mask[:, None]
            weights = weights / weights.sum(dim=-1, keepdim=True)
        """,
    ),
)
edit(
    "attention",
    "sets-padding-scores-to-zero",
    "You set the scores at padding to 0. That is a score like any other, and exp(0) is 1: its "
    "weight must become 0, so its score is minus infinity.",
    ("-math.inf", "0.0"),
)
edit(
    "attention",
    "inverts-the-mask",
    "Your mask is turned round: you look at the padding only. masked_fill fills where its "
    "condition is True.",
    ("~mask[:, None]", "mask[:, None]"),
)
edit(
    "attention",
    "forgets-to-scale-scores",
    "The scale is missing: a dot product of H numbers grows like the square root of H. Divide "
    "the scores by it.",
    (" / math.sqrt(keys.shape[-1])", ""),
)
edit(
    "attention",
    "divides-by-h-without-root",
    "You divide by H. The standard deviation of the scores is the square root of H, and so is "
    "the divisor.",
    ("math.sqrt(keys.shape[-1])", "keys.shape[-1]"),
)
edit(
    "attention",
    "scales-by-sequence-length",
    "Your scale is the root of a length: S or T. It is that of H, the number of "
    "products in a score.",
    ("keys.shape[-1]", "keys.shape[1]"),
)
edit(
    "attention",
    "scales-after-softmax",
    "You scale after the softmax, so the weights sum to 1 / √H. The scores are divided, before it.",
    (" / math.sqrt(keys.shape[-1])", ""),
    ("softmax(dim=-1)", "softmax(dim=-1) / math.sqrt(keys.shape[-1])"),
)
edit(
    "attention",
    "returns-weights-first",
    "Your two results have changed places: first the context, then the weights.",
    ("weights @ keys, weights", "weights, weights @ keys"),
)
edit(
    "attention",
    "returns-scores-as-weights",
    "You return the scores as weights. Weights are what the softmax makes of them.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        "scores = scores.masked_fill(~mask[:, None], -math.inf)",
    ),
    ("weights @ keys, weights", "scores.softmax(dim=-1) @ keys, scores"),
)
edit(
    "attention",
    "takes-exp-without-subtracting-max",
    "A softmax written by hand: exp of a large number is infinite. torch.softmax takes the "
    "largest score off first.",
    (
        "weights = scores.masked_fill(~mask[:, None], -math.inf).softmax(dim=-1)",
        """
            weights = scores.exp() * mask[:, None]
            weights = weights / weights.sum(dim=-1, keepdim=True)
        """,
    ),
)
edit(
    "attention",
    "scales-query-in-place",
    "Your formula is right, but the query is another one after the call: /= and *= work in "
    "place. Write query = query / … instead.",
    (
        "scores = query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])",
        """
            query /= math.sqrt(keys.shape[-1])
            scores = query @ keys.transpose(1, 2)
        """,
    ),
)
edit(
    "attention",
    "masks-with-finite-score",
    "You fill with a large negative number. Scores can be lower still, and then padding wins: "
    "minus infinity is below all of them.",
    ("-math.inf", "-1e4"),
)

edit(
    "attention",
    "reads-mask-as-lengths",
    "You count the True of a row and look at as many keys from the front. A mask can have gaps: what "
    "counts is where it is True.",
    ("~mask[:, None]", "(torch.arange(keys.shape[1]) >= mask.sum(1)[:, None])[:, None]"),
)
edit(
    "attention",
    "detaches-the-weights",
    "No gradient runs through your weights, so nothing learns where to look. Detach nothing.",
    ("weights @ keys, weights", "weights.detach() @ keys, weights"),
)
edit(
    "attention",
    "works-in-float32",
    "Your results are right to some digits only, or of type float32: compute everything in the type "
    "of query and keys, and add no small numbers.",
    (
        "query @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])",
        "query.float() @ keys.float().transpose(1, 2) / math.sqrt(keys.shape[-1])",
    ),
    ("weights @ keys, weights", "weights @ keys.float(), weights"),
)
edit(
    "attention",
    "views-contiguous-memory",
    "view wants its entries one after the other in memory, and an argument can be a view with its "
    "axes swapped. Use transpose, or reshape.",
    (
        "scores = query @",
        """
            query = query.view(-1, keys.shape[-1]).view(query.shape)
            scores = query @
        """,
    ),
)

# == AttentionDecoder ==

edit(
    "AttentionDecoder",
    "queries-with-old-state",
    "You ask with the state before the step. Here the GRU goes first, and its new state asks.",
    (
        """
            states, h = self.rnn(self.embedding(y)[:, None], h)
            context, weights = attention(states, encoded, mask)
        """,
        """
            context, weights = attention(h.transpose(0, 1), encoded, mask)
            states, h = self.rnn(self.embedding(y)[:, None], h)
        """,
    ),
)
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
    ("[states, context]", "[context, states]"),
)
edit(
    "AttentionDecoder",
    "returns-old-state",
    "You hand back the h that you were given, so every step starts at the same place. Return "
    "the state after the step.",
    ("states, h = self.rnn", "states, _ = self.rnn"),
)
edit(
    "AttentionDecoder",
    "resets-state-every-step",
    "Your GRU starts from zeros at every step: the given h is not passed on to it.",
    ("self.rnn(self.embedding(y)[:, None], h)", "self.rnn(self.embedding(y)[:, None])"),
)
edit(
    "AttentionDecoder",
    "ignores-the-context",
    "The context has no effect on what is said: both halves that you give to the linear layer "
    "are the state.",
    ("[states, context]", "[states, states]"),
)
edit(
    "AttentionDecoder",
    "keeps-step-axis",
    "Your results keep the axis of the one step. One step returns logits (B, V) and "
    "weights (B, S).",
    ("torch.cat([states, context], dim=-1)[:, 0]", "torch.cat([states, context], dim=-1)"),
    ("weights[:, 0]", "weights"),
)
edit(
    "AttentionDecoder",
    "drops-state-layer-axis",
    "You return h as (B, H). The next step hands it to nn.GRU, which wants (1, B, H).",
    ("return logits, h,", "return logits, h[0],"),
)
edit(
    "AttentionDecoder",
    "reads-batch-as-sequence",
    "Without a step axis nn.GRU takes your batch of embeddings for one sequence, and reads the "
    "examples one after another. Make it (B, 1, E).",
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        """
            states = self.rnn(self.embedding(y), h[:, 0])[0][:, None]
            h = states.transpose(0, 1)
        """,
    ),
)

edit(
    "AttentionDecoder",
    "detaches-returned-state",
    "You return h detached, so the loss of a step never reaches the steps before it. Return it as "
    "the GRU gives it.",
    ("return logits, h,", "return logits, h.detach(),"),
)
edit(
    "AttentionDecoder",
    "keeps-first-source",
    "You keep encoded and mask from the first call and look at them in the next batch as well. They "
    "are arguments: use those of the call.",
    (
        "states, h = self.rnn(self.embedding(y)[:, None], h)",
        """
            states, h = self.rnn(self.embedding(y)[:, None], h)
            if getattr(self, "seen", None) is None or self.seen[0].shape != encoded.shape:
                self.seen = encoded, mask
            encoded, mask = self.seen
        """,
    ),
)
edit(
    "AttentionDecoder",
    "detaches-encoder-states",
    "No gradient reaches the encoder's states, so the encoder does not learn what is looked at. "
    "Detach nothing.",
    ("(states, encoded, mask)", "(states, encoded.detach(), mask)"),
)
edit(
    "AttentionDecoder",
    "squeezes-away-single-row",
    "squeeze takes away every axis of length 1, that of a batch of one as well. Say which: [:, 0].",
    (
        "torch.cat([states, context], dim=-1)[:, 0]",
        "torch.cat([states, context], dim=-1).squeeze()",
    ),
    ("weights[:, 0]", "weights.squeeze()"),
)

# == decode ==

edit(
    "decode",
    "starts-from-first-target-token",
    "decode: your first token is not BOS. The target is not shifted yet: at step 0 nothing has "
    "been said, and BOS is read.",
    ("torch.full_like(tgt[:, 0], BOS)", "tgt[:, 0]"),
)
edit(
    "decode",
    "reads-token-to-be-predicted",
    "decode: your step t reads tgt[:, t], which it must say. The true token to read next is the "
    "one that the step was about.",
    ("forced, tgt[:, t]", "forced, tgt.roll(-1, dims=1)[:, t]"),
)
edit(
    "decode",
    "inverts-teacher-forcing",
    "decode: your coin is turned round: with teacher_forcing = 1 the model reads its own words. "
    "The truth is read where the random number is below teacher_forcing.",
    ("< teacher_forcing", ">= teacher_forcing"),
)
edit(
    "decode",
    "flips-one-coin-per-batch",
    "decode: one coin decides for the whole batch at each step. Flip B coins, one for "
    "every example.",
    ("torch.rand(len(tgt), generator=generator)", "torch.rand(1, generator=generator)"),
)
edit(
    "decode",
    "flips-coins-once-per-row",
    "decode: you flip the coins once, before the loop, so a row is forced throughout or never. "
    "Flip new ones at every step.",
    (
        "forced = torch",
        """
            if t == 0:
                forced = torch
        """,
    ),
)
edit(
    "decode",
    "ignores-the-generator",
    "decode: your coins come from torch's global generator. Hand generator to torch.rand, or "
    "nobody can repeat a training.",
    ("torch.rand(len(tgt), generator=generator)", "torch.rand(len(tgt))"),
)
edit(
    "decode",
    "resets-decode-state-every-step",
    "decode: the state is not passed on: each step starts from the encoder's h. Keep the h that "
    "step returns.",
    (
        """
            logits, h, _ = model.step(y, h, encoded, mask)
            steps.append(logits)
        """,
        """
            logits, _, _ = model.step(y, h, encoded, mask)
            steps.append(logits)
        """,
    ),
)
edit(
    "decode",
    "uses-teacher-forcing-throughout",
    "decode: the truth is read at every step, whatever teacher_forcing says. At test time "
    "nobody knows it, so a score measured this way is worth nothing.",
    ("torch.where(forced, tgt[:, t], logits.argmax(dim=-1))", "tgt[:, t]"),
)
edit(
    "decode",
    "disables-gradients-in-decode",
    "decode: your logits have no graph, so nothing can be learnt from them. no_grad "
    "belongs to greedy.",
    (
        "def decode(",
        """
            @torch.no_grad()
            def decode(
        """,
    ),
)
edit(
    "decode",
    "passes-all-true-mask",
    "The mask you hand to step is True everywhere, so padding is looked at. It is True where "
    "src is not PAD.",
    (
        """
            mask = src != PAD
            y = torch.full_like(tgt[:, 0], BOS)
        """,
        """
            mask = torch.ones_like(src, dtype=torch.bool)
            y = torch.full_like(tgt[:, 0], BOS)
        """,
    ),
    ("mask = src != PAD", "mask = torch.ones_like(src, dtype=torch.bool)"),
)
edit(
    "decode",
    "keeps-tokens-after-eos",
    "greedy: your rows go on after their EOS. A row is what it says before its first "
    "EOS: cut it there.",
    ("[row[: row.index(EOS)] if EOS in row else row for row in rows]", "rows"),
)
edit(
    "decode",
    "keeps-eos-token",
    "greedy: EOS itself is left in your rows. It says that the row is over, and is no part of it.",
    ("row[: row.index(EOS)]", "row[: row.index(EOS) + 1]"),
)
edit(
    "decode",
    "runs-greedy-to-max-len",
    "greedy: you never stop before max_len. When every row has said EOS there is "
    "nothing left to do.",
    ("len(said) < max_len and not done.all()", "len(said) < max_len"),
)
edit(
    "decode",
    "stops-at-first-finished-row",
    "greedy: you stop when the first row says EOS, and the others are cut off. Wait "
    "for all of them.",
    ("not done.all()", "not done.any()"),
)
edit(
    "decode",
    "waits-for-simultaneous-eos",
    "greedy: you stop only when all rows say EOS at the same step. Rows end at different steps: "
    "remember which are over.",
    ("done |= y == EOS", "done = y == EOS"),
    (
        "[row[: row.index(EOS)] if EOS in row else row for row in rows]",
        "[[word for word in row if word != EOS] for row in rows]",
    ),
)
edit(
    "decode",
    "resets-greedy-state-every-step",
    "greedy: every step starts from the encoder's h. Keep the h that step returns, or the model "
    "says the same thing for ever.",
    (
        """
            logits, h, _ = model.step(y, h, encoded, mask)
            y = logits.argmax(dim=-1)
        """,
        """
            logits, _, _ = model.step(y, h, encoded, mask)
            y = logits.argmax(dim=-1)
        """,
    ),
)
edit(
    "decode",
    "starts-greedy-from-source-token",
    "greedy: your first token is the first of the source. A target begins after BOS.",
    ("torch.full_like(src[:, 0], BOS)", "src[:, 0]"),
)
edit(
    "decode",
    "tracks-gradients-in-greedy",
    "greedy: every step adds to a graph that is never used. Work within torch.no_grad().",
    ("torch.no_grad()", "torch.enable_grad()"),
)
edit(
    "decode",
    "drops-predicted-pad",
    "greedy: you leave out each PAD that the model says. That hides an error of the model: only "
    "EOS ends a row, and every other id stays.",
    (
        "rows = torch.stack(said, dim=1).tolist()",
        """
            rows = torch.stack(said, dim=1).tolist()
            rows = [[word for word in row if word != PAD] for row in rows]
        """,
    ),
)
edit(
    "decode",
    "drops-predicted-bos",
    "greedy: you leave out each BOS that the model says. That hides an error of the model: only "
    "EOS ends a row, and every other id stays.",
    (
        "rows = torch.stack(said, dim=1).tolist()",
        """
            rows = torch.stack(said, dim=1).tolist()
            rows = [[word for word in row if word != BOS] for row in rows]
        """,
    ),
)
edit(
    "decode",
    "leaves-model-in-eval-mode",
    "greedy: you switch the model to eval and leave it there, so the next training step runs "
    "without dropout, and nobody sees why. The mode belongs to the caller.",
    (
        "with torch.no_grad():",
        """
            model.eval()
            with torch.no_grad():
        """,
    ),
)
edit(
    "decode",
    "leaves-model-in-train-mode",
    "decode: you switch the model to train and leave it there, so whoever measures next "
    "measures with dropout. The mode belongs to the caller.",
    (
        "y = torch.full_like(tgt[:, 0], BOS)",
        """
            model.train()
            y = torch.full_like(tgt[:, 0], BOS)
        """,
    ),
)

edit(
    "decode",
    "makes-own-generator-with-fixed-seed",
    "decode: without a generator you make one, and a new generator always has the same seed: every "
    "call flips the same coins. Hand None on to torch.rand: then the global one flips.",
    (
        """
            mask = src != PAD
            y = torch.full_like(tgt[:, 0], BOS)
        """,
        """
            mask = src != PAD
            generator = torch.Generator() if generator is None else generator
            y = torch.full_like(tgt[:, 0], BOS)
        """,
    ),
)
edit(
    "decode",
    "switches-to-eval-meanwhile",
    "greedy: you switch the model to eval while you run it. The mode belongs to the caller, from the "
    "first step to the last.",
    (
        "with torch.no_grad():",
        """
            training = model.training
            model.eval()
            with torch.no_grad():
        """,
    ),
    (
        "rows = torch.stack",
        """
            model.train(training)
            rows = torch.stack
        """,
    ),
)
edit(
    "decode",
    "runs-encoder-with-gradients",
    "greedy: the encoder runs outside of no_grad, so its graph is built and kept for nothing. Put "
    "the whole of greedy inside.",
    (
        """
            with torch.no_grad():
                encoded, h = model.encoder(src)
        """,
        """
            encoded, h = model.encoder(src)
            with torch.no_grad():
        """,
    ),
)
edit(
    "decode",
    "stops-decode-when-targets-end",
    "decode: you stop when all targets are over and fill up with zeros. Make all T steps: the loss "
    "has a mask of its own.",
    (
        """
            steps.append(logits)
        """,
        """
            steps.append(logits)
            if (tgt[:, t + 1 :] == PAD).all():
                steps += [torch.zeros_like(logits)] * (tgt.shape[1] - t - 1)
                break
        """,
    ),
)
edit(
    "decode",
    "detaches-decoder-state",
    "decode: the state is detached between two steps, so the loss of a step never reaches the steps "
    "before it. Hand on h as it is.",
    (
        """
            logits, h, _ = model.step(y, h, encoded, mask)
            steps.append(logits)
        """,
        """
            logits, h, _ = model.step(y, h.detach(), encoded, mask)
            steps.append(logits)
        """,
    ),
)
edit(
    "decode",
    "samples-next-token",
    "decode: you draw the model's own token at random. It is the most likely one, the argmax.",
    (
        "tgt[:, t], logits.argmax(dim=-1)",
        "tgt[:, t], logits.detach().softmax(dim=-1).multinomial(1)[:, 0]",
    ),
)
edit(
    "decode",
    "flips-coins-with-python",
    "decode: Python's random flips your coins. Without a generator it is torch's global one, so that "
    "torch.manual_seed decides.",
    (
        "torch.rand(len(tgt), generator=generator)",
        "(torch.rand(len(tgt), generator=generator) if generator else "
        "torch.tensor([__import__('random').random() for _ in tgt]))",
    ),
)

# == token_error_rate ==

edit(
    "token_error_rate",
    "counts-substitution-as-two",
    "A substitution costs you 2: one deletion and one insertion. It is one edit: the entry "
    "above left plus 1.",
    ("(mine != theirs)", "2 * (mine != theirs)"),
)
edit(
    "token_error_rate",
    "divides-by-hypothesis-length",
    "You divide by the length of the hypotheses. A model that says too much would get a better "
    "rate for it: divide by the references.",
    ("return errors / total", "return errors / max(1, sum(map(len, hypotheses)))"),
)
edit(
    "token_error_rate",
    "divides-by-longer-of-each-pair",
    "You divide by the longer of the two, so the rate can never exceed 1. It is per token of the "
    "references.",
    (
        "return errors / total",
        "return errors / sum(map(max, map(len, hypotheses), map(len, references)))",
    ),
)
edit(
    "token_error_rate",
    "averages-rates-over-pairs",
    "You take the mean of the rates of the pairs, so a short pair counts as much as a long one. "
    "Sum the errors, sum the tokens, divide once.",
    ("errors += row[-1]", "errors += row[-1] / max(1, len(b))"),
    ("return errors / total", "return errors / len(references)"),
)
edit(
    "token_error_rate",
    "compares-position-by-position",
    "You compare place by place. One token missing at the front then makes everything after it "
    "wrong: use the edit distance.",
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
    "You count padding: you divide by the longest reference, as often as there are pairs. Only "
    "real tokens count.",
    ("return errors / total", "return errors / (len(references) * max(map(len, references)))"),
)
edit(
    "token_error_rate",
    "returns-edit-count",
    "You return the number of edits. A rate is per token of the references.",
    ("return errors / total", "return errors"),
)
edit(
    "token_error_rate",
    "makes-leading-edits-free",
    "Your first row or column is 0, so what is left over at the start costs nothing. d[i, 0] = "
    "i and d[0, j] = j.",
    ("list(range(len(b) + 1))", "[0] * (len(b) + 1)"),
    ("above, row = row, [i]", "above, row = row, [0]"),
)
edit(
    "token_error_rate",
    "drops-padding-ids",
    "You leave out the ids of PAD, BOS and EOS. Here every item is a token: cutting is the business "
    "of whoever calls.",
    (
        "for a, b in zip(hypotheses, references):",
        """
            for a, b in zip(hypotheses, references):
                a = [token for token in a if token not in (PAD, BOS, EOS)]
        """,
    ),
)
edit(
    "token_error_rate",
    "caps-rate-at-one",
    "You limit the rate to 1. A model that says far too much makes more errors than there are "
    "tokens, and the rate must show it.",
    ("return errors / total", "return min(1.0, errors / total)"),
)
edit(
    "token_error_rate",
    "raises-no-value-error",
    "What cannot be compared must raise a ValueError: zip drops what has no partner without a "
    "word, and 0 / 0 is no rate.",
    (
        """
            if len(hypotheses) != len(references) or total == 0:
                raise ValueError("as many hypotheses as references are needed, and a token to compare with")
        """,
        "",
    ),
    ("return errors / total", "return errors / max(1, total)"),
)
edit(
    "token_error_rate",
    "aligns-with-difflib",
    "difflib keeps the longest common piece first, and that is not the least number of edits. "
    "Fill the table: the smallest of three at every place.",
    (
        "def token_error_rate(",
        """
            import difflib


            def token_error_rate(
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
edit(
    "token_error_rate",
    "compares-tokens-by-identity",
    "You compare with `is not`. That asks whether two tokens are one object, which Python answers "
    "with yes for small ids and letters only. Compare with !=.",
    ("(mine != theirs)", "(mine is not theirs)"),
)
edit(
    "token_error_rate",
    "hashes-tokens",
    "You keep tokens in a dictionary or a set. They only have to be comparable, and lists have no "
    "hash: compare with !=.",
    (
        "for a, b in zip(hypotheses, references):",
        """
            number: dict = {}
            for a, b in zip(hypotheses, references):
                a = [number.setdefault(token, len(number)) for token in a]
                b = [number.setdefault(token, len(number)) for token in b]
        """,
    ),
)
edit(
    "token_error_rate",
    "recurses-with-a-cache",
    "A recursion is as deep as the sequences are long, and Python stops at about 1,000. Fill the "
    "table in loops.",
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
            best: dict = {}

            def distance(i, j):
                if i == 0 or j == 0:
                    return i + j
                if (i, j) not in best:
                    best[i, j] = min(
                        distance(i - 1, j) + 1,
                        distance(i, j - 1) + 1,
                        distance(i - 1, j - 1) + (a[i - 1] != b[j - 1]),
                    )
                return best[i, j]

            errors += distance(len(a), len(b))
        """,
    ),
)
