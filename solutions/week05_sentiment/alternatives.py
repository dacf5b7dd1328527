"""Week 5: right solutions written differently."""

from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.authoring import alternative

from .lesson import last_valid, tokenize


@alternative("build_vocab")
def counts_by_hand_then_sorts():
    """Counts by hand, then a sort: a stable one keeps the order of first appearance."""

    def build_vocab(texts, min_count):
        counts = {}
        for text in texts:
            for word in tokenize(text):
                counts[word] = counts.get(word, 0) + 1
        vocab = {"<pad>": 0, "<unk>": 1}
        for word in sorted(counts, key=lambda w: -counts[w]):
            if counts[word] >= min_count:
                vocab[word] = len(vocab)
        return vocab

    def sentence_to_indices(sentence, vocab):
        indices = []
        for word in tokenize(sentence):
            if word in vocab:
                indices.append(vocab[word])
            else:
                indices.append(1)
        if not indices:
            indices = [1]
        return indices


@alternative("build_vocab")
def updates_counter_and_dict():
    def build_vocab(texts, min_count):
        counter = Counter()
        for text in texts:
            counter.update(text.lower().split())
        vocab = dict(zip(("<pad>", "<unk>"), range(2)))
        vocab.update(
            (w, i) for i, (w, c) in enumerate(counter.most_common(), start=2) if c >= min_count
        )
        return vocab

    def sentence_to_indices(sentence, vocab):
        words = tokenize(sentence) or ["<unk>"]
        return list(map(lambda w: vocab.get(w, 1), words))


@alternative("build_vocab")
def default_dictionary():
    """A dictionary that gives <unk> for what it does not hold; its lookups must not add to it."""

    def build_vocab(texts, min_count):
        from collections import defaultdict

        counts = defaultdict(int)
        for text in texts:
            for word in tokenize(text):
                counts[word] += 1
        vocab = defaultdict(lambda: 1, {"<pad>": 0, "<unk>": 1})
        for word in sorted(counts, key=counts.get, reverse=True):
            if counts[word] >= min_count:
                vocab[word] = len(vocab)
        return vocab

    def sentence_to_indices(sentence, vocab):
        indices = [vocab[word] if word in vocab else vocab["<unk>"] for word in tokenize(sentence)]
        return indices if len(indices) > 0 else [vocab["<unk>"]]


@alternative("collate")
def pytorch_pad_sequence():
    """With PyTorch's own padding."""

    def collate(batch):
        sequences = [torch.tensor(indices, dtype=torch.long) for indices, _ in batch]
        ids = nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=0)
        lengths = torch.tensor([len(s) for s in sequences], dtype=torch.int64)
        return ids, lengths, torch.tensor([float(label) for _, label in batch])


@alternative("collate")
def pads_lists_first():
    """Lists of equal length first, one tensor at the end."""

    def collate(batch):
        sentences, labels = zip(*batch)
        longest = max(len(s) for s in sentences)
        padded = [list(s) + [0] * (longest - len(s)) for s in sentences]
        return [
            torch.LongTensor(padded),
            torch.LongTensor([len(s) for s in sentences]),
            torch.FloatTensor(labels),
        ]


@alternative("last_valid")
def gather_and_einsum():
    """gather, with an index of the shape of its result, and einsum."""

    def last_valid(h, lengths):
        index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, h.size(2))
        return h.gather(1, index).squeeze(1)

    def masked_mean(h, mask):
        total = torch.einsum("bth,bt->bh", h, mask.to(h.dtype))
        return total / mask.sum(dim=1, keepdim=True)


@alternative("last_valid")
def sentence_by_sentence():
    def last_valid(h, lengths):
        return torch.stack([states[n - 1] for states, n in zip(h, lengths.tolist())])

    def masked_mean(h, mask):
        return torch.stack([states[keep].mean(dim=0) for states, keep in zip(h, mask)])


@alternative("last_valid")
def boolean_masks():
    """last_valid by a mask with a single True in each row; masked_mean by masked_fill."""

    def last_valid(h, lengths):
        at_end = torch.arange(h.shape[1], device=h.device) == (lengths - 1)[:, None]
        return h[at_end]

    def masked_mean(h, mask):
        zeroed = h.masked_fill(~mask[:, :, None], 0.0)
        count = mask.float().sum(dim=1).clamp(min=1)
        return zeroed.sum(1) / count[:, None].to(h.dtype)


@alternative("last_valid")
def callable_objects_and_nanmean():
    """A module and a callable object in place of functions; padding as nan, left out by nanmean."""

    class LastValid(nn.Module):
        def forward(self, h, lengths):
            steps = (lengths - 1)[:, None, None]
            return torch.take_along_dim(h, steps, dim=1)[:, 0]

    class MaskedMean:
        def __call__(self, h, mask):
            return torch.where(mask[..., None], h, float("nan")).nanmean(dim=1)

    last_valid, masked_mean = LastValid(), MaskedMean()  # noqa: F841


@alternative("SentimentLSTM")
def other_layer_names():
    """Layers made in another order, under other names."""

    class SentimentLSTM(nn.Module):
        def __init__(self, vocab_size, embedding_dim, hidden_dim):
            super().__init__()
            self.classify = nn.Sequential(
                nn.Linear(in_features=hidden_dim, out_features=1), nn.Flatten(0)
            )
            self.reader = nn.LSTM(
                input_size=embedding_dim, hidden_size=hidden_dim, batch_first=True
            )
            self.words = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)

        def forward(self, ids, lengths):
            states = self.reader(self.words(ids))[0]
            return self.classify(last_valid(states, lengths))


@alternative("SentimentLSTM")
def subclass_and_lazy_layer():
    """A reader that gives its last valid states by itself, and a layer that finds its size."""

    class Reader(nn.LSTM):
        def forward(self, vectors, lengths):
            states, _ = super().forward(vectors)
            rows = torch.arange(states.shape[0], device=states.device)
            return states[rows, lengths - 1]

    class SentimentLSTM(nn.Module):
        def __init__(self, vocab_size, embedding_dim, hidden_dim):
            super().__init__()
            self.table = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
            self.reader = Reader(embedding_dim, hidden_dim, batch_first=True)
            self.head = nn.LazyLinear(1)

        def forward(self, ids, lengths):
            return self.head(self.reader(self.table(ids), lengths)).reshape(len(ids))


@alternative("SentimentLSTM")
def packs_and_reads_h_n():
    """Packed, h_n is the state after the last word (week 6)."""

    class SentimentLSTM(nn.Module):
        def __init__(self, vocab_size, embedding_dim, hidden_dim):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
            self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=1, batch_first=True)
            self.fc = nn.Linear(hidden_dim, 1)

        def forward(self, ids, lengths):
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embedding(ids), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            _, (h_n, _) = self.lstm(packed)
            return self.fc(h_n[-1])[:, 0]


@alternative("train_epoch")
def weighted_average_of_losses():
    def train_epoch(model, loader, optimizer, scaler, *, max_norm=1.0, amp_dtype=None):
        from contextlib import nullcontext

        where = next(model.parameters()).device
        losses, sizes = [], []
        model.train(True)
        for batch in loader:
            ids, lengths, y = (part.to(where) for part in batch)
            context = nullcontext() if amp_dtype is None else torch.autocast(where.type, amp_dtype)
            with context:
                z = model(ids, lengths)
            # The loss in 32 bits, outside of autocast.
            loss = nn.BCEWithLogitsLoss()(z.float(), y.float())
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm)
            scaler.step(optimizer)
            scaler.update()
            losses.append(loss.item())
            sizes.append(y.shape[0])
        return float(np.average(losses, weights=sizes))


@alternative("train_epoch")
def loss_and_clipping_by_hand():
    """Sums of losses instead of means, and the norm clipped by hand."""

    def train_epoch(model, loader, optimizer, scaler, *, max_norm=1.0, amp_dtype=None):
        device = next(model.parameters()).device
        model.train()
        sums = []
        n = 0
        for ids, lengths, labels in loader:
            for p in model.parameters():
                p.grad = None
            with torch.autocast(
                device_type=device.type, dtype=amp_dtype or torch.bfloat16, enabled=bool(amp_dtype)
            ):
                logits = model(ids.to(device), lengths.to(device)).float()
                labels = labels.to(device)
                each = F.softplus(logits) - logits * labels
            scaler.scale(each.sum() / each.numel()).backward()
            scaler.unscale_(optimizer)
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.stack([g.norm() for g in grads]).norm().item()
            if norm > max_norm:
                for g in grads:
                    g.mul_(max_norm / norm)
            scaler.step(optimizer)
            scaler.update()
            sums.append(each.detach().sum().item())
            n += each.numel()
        return sum(sums) / n


@alternative("train_epoch")
def callable_object_with_a_step():
    """An object in place of a function; gradients forgotten after each step, and at the start."""

    class TrainEpoch:
        def __call__(self, model, loader, optimizer, scaler, *, max_norm=1.0, amp_dtype=None):
            model.train()
            optimizer.zero_grad()
            device = next(iter(model.parameters())).device
            losses = [
                self.step(model, batch, optimizer, scaler, device, max_norm, amp_dtype)
                for batch in loader
            ]
            return sum(loss * n for loss, n in losses) / sum(n for _, n in losses)

        def step(self, model, batch, optimizer, scaler, device, max_norm, amp_dtype):
            ids, lengths, labels = [t.to(device, non_blocking=True) for t in batch]
            with torch.amp.autocast(device.type, dtype=amp_dtype, enabled=amp_dtype is not None):
                loss = F.binary_cross_entropy_with_logits(model(ids, lengths), labels)
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(list(model.parameters()), max_norm)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            return loss.detach().item(), ids.size(0)

    train_epoch = TrainEpoch()  # noqa: F841


@alternative("evaluate")
def gathers_all_logits_first():
    """All logits first, in 32 bits; the random state put back by hand."""

    def evaluate(model, loader, *, amp_dtype=None):
        device = next(model.parameters()).device
        modes = [(m, m.training) for m in model.modules()]
        state = torch.get_rng_state()
        model.eval()
        logits, labels = [], []
        with torch.inference_mode():
            for ids, lengths, y in loader:
                with torch.autocast(
                    device_type=device.type, dtype=amp_dtype, enabled=amp_dtype is not None
                ):
                    logits.append(model(ids.to(device), lengths.to(device)).float().cpu())
                labels.append(y.cpu())
        torch.set_rng_state(state)
        for m, mode in modes:
            m.training = mode
        z, y = torch.cat(logits), torch.cat(labels)
        loss = F.binary_cross_entropy_with_logits(z, y)
        accuracy = ((torch.sigmoid(z) > 0.5).float() == y).float().mean()
        return float(loss), float(accuracy)


@alternative("evaluate")
def decorated_with_try_finally():
    @torch.no_grad()
    def evaluate(model, loader, *, amp_dtype=None):
        before = model.training
        where = next(model.parameters()).device
        loss_sum = hits = n = 0
        try:
            model.eval()
            with torch.random.fork_rng():
                for batch in loader:
                    ids, lengths, y = [t.to(where) for t in batch]
                    with torch.autocast(where.type, amp_dtype, amp_dtype is not None):
                        z = model(ids, lengths)
                        loss_sum += F.binary_cross_entropy_with_logits(z, y, reduction="sum").item()
                    hits += int(((z > 0).long() == y.long()).sum())
                    n += y.size(0)
        finally:
            model.train(before)
        return loss_sum / n, hits / n
