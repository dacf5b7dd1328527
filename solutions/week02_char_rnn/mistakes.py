"""Week 2: known mistakes, each with what a student who makes it is told."""

import torch
from torch import nn

from autograder.authoring import edit, mistake

# == CharVocab ==

edit(
    "CharVocab",
    "counts-repeated-characters",
    "Your V counts every character of the text. How many different ones are there? A set"
    " keeps one of each.",
    (
        "def __init__(self, text):",
        """
            def __init__(self, text):
                self.text = text
        """,
    ),
    ("return len(self.chars)", "return len(self.text)"),
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        """,
        """
            for char in text:
                if char not in self.ids:
                    raise ValueError(f"unknown character {char!r}")
        """,
    ),
)
edit(
    "CharVocab",
    "keeps-repeated-characters",
    "Repeated characters stand in your list more than once, so ids run up to the length "
    "of the text. Keep one of each, with a set.",
    ("self.chars = sorted(set(text))", "self.chars = sorted(text)"),
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        """,
        """
            for char in text:
                if char not in self.ids:
                    raise ValueError(f"unknown character {char!r}")
        """,
    ),
)
edit(
    "CharVocab",
    "decodes-to-a-list",
    "decode returns a list of characters. Which method of str makes one text of them?",
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        """,
        """
            for char in text:
                if char not in self.ids:
                    raise ValueError(f"unknown character {char!r}")
        """,
    ),
    ('return "".join(self.chars[i] for i in ids)', "return [self.chars[i] for i in ids]"),
)
edit(
    "CharVocab",
    "uses-tensors-as-dictionary-keys",
    "decode meets tensors: the entries of a tensor are tensors, and a dictionary does "
    "not find them among its ints. Index a list, or look up int(i).",
    (
        "self.ids = {char: i for i, char in enumerate(self.chars)}",
        """
            self.ids = {char: i for i, char in enumerate(self.chars)}
            self.names = dict(enumerate(self.chars))
        """,
    ),
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        """,
        """
            for char in text:
                if char not in self.ids:
                    raise ValueError(f"unknown character {char!r}")
        """,
    ),
    ('return "".join(self.chars[i] for i in ids)', 'return "".join(self.names[i] for i in ids)'),
)
edit(
    "CharVocab",
    "orders-characters-by-appearance",
    "Your ids are given in the order in which characters first appear. They must not "
    "depend on where a character stands in the text: sort the set. (A set by itself has "
    "another order in every run.)",
    ("self.chars = sorted(set(text))", "self.chars = list(dict.fromkeys(text))"),
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        """,
        """
            for char in text:
                if char not in self.ids:
                    raise ValueError(f"unknown character {char!r}")
        """,
    ),
)
edit(
    "CharVocab",
    "raises-key-error-for-unknown",
    "The look-up in your dictionary raises a KeyError by itself. Check the characters "
    "first, and raise a ValueError that names the unknown one.",
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
        """,
        "",
    ),
)
edit(
    "CharVocab",
    "drops-unknown-characters",
    "An unknown character silently disappears, or becomes another one. A text that "
    "cannot be encoded must raise a ValueError.",
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
            return torch.tensor([self.ids[char] for char in text], dtype=torch.long)
        """,
        "return torch.tensor([self.ids[c] for c in text if c in self.ids], dtype=torch.long)",
    ),
)
edit(
    "CharVocab",
    "encodes-empty-text-as-floats",
    "An empty text gives a tensor of floats, because torch.tensor([]) cannot know "
    "better. Name the dtype.",
    (
        """
            unknown = sorted(set(text) - set(self.chars))
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")
            return torch.tensor([self.ids[char] for char in text], dtype=torch.long)
        """,
        """
            for char in text:
                if char not in self.ids:
                    raise ValueError(f"unknown character {char!r}")
            return torch.tensor([self.ids[char] for char in text])
        """,
    ),
)

# == embed ==

edit(
    "embed",
    "transposes-table-before-lookup",
    "You look along the wrong axis of W. The rows belong to the ids, the columns to the E features.",
    ("return W[ids]", "return W.T[ids]"),
)
edit(
    "embed",
    "indexes-columns-of-w",
    "You index the columns of W. Which axis of W (V, E) has one entry per id?",
    ("return W[ids]", "return W[:, ids]"),
)
edit(
    "embed",
    "swaps-batch-and-time",
    "Batch and time have changed places. The result is (B, T, E), in the order of ids.",
    ("return W[ids]", "return W[ids].transpose(0, 1)"),
)
edit(
    "embed",
    "detaches-the-embedding-table",
    "Your numbers are right, but the graph is cut: autograd cannot reach W. Index the "
    "tensor itself, without detach, data, tolist or numpy.",
    ("return W[ids]", "return W.detach()[ids]"),
)
edit(
    "embed",
    "ignores-dtype-of-w",
    "A product needs both sides of one type. Your one-hot vectors are float32 whatever W"
    " is: convert them to W.dtype.",
    ("return W[ids]", "return F.one_hot(ids, W.shape[0]).float() @ W"),
)
edit(
    "embed",
    "reads-global-vocabulary-size",
    "Your V is a variable of another cell: here the check's, 5. A function may use its "
    "arguments only. How many rows does W have?",
    (
        "def embed(ids, W):",
        """
            V = 5
            def embed(ids, W):
        """,
    ),
    ("return W[ids]", "return F.one_hot(ids, V).to(W.dtype) @ W"),
)
edit(
    "embed",
    "returns-one-hot-vectors",
    "You stop at the one-hot vectors. The product with W is missing.",
    ("return W[ids]", "return F.one_hot(ids, W.shape[0]).to(W.dtype)"),
)
edit(
    "embed",
    "sums-over-time",
    "You add the vectors of a sequence up. Every step keeps a vector of its own.",
    ("return W[ids]", "return W[ids].sum(dim=1)"),
)

# == CharRNN ==

edit(
    "CharRNN",
    "drops-the-last-state",
    "The last state is lost. nn.RNN returns two things: hand the second one on, or "
    "nobody can carry it.",
    ("states, hidden = self.", "states, _ = self."),
    ("(states), hidden", "(states)"),
)
edit(
    "CharRNN",
    "squeezes-state-layer-axis",
    "The state has lost its first axis. PyTorch's states are (layers, B, H), here (1, B,"
    " H), also with batch_first.",
    ("(states), hidden", "(states), hidden.squeeze(0)"),
)
edit(
    "CharRNN",
    "returns-all-states-as-state",
    "You return the states of all steps, (B, T, H), as the state. The state to carry is "
    "the one after the last step: the second result of nn.RNN.",
    ("states, hidden = self.", "states, _ = self."),
    ("(states), hidden", "(states), states"),
)
edit(
    "CharRNN",
    "ignores-given-state",
    "A given state has no effect: every chunk starts from zero. Where does forward hand "
    "hidden to the RNN?",
    ("(self.embedding(x), hidden)", "(self.embedding(x))"),
)
edit(
    "CharRNN",
    "forgets-batch-first",
    "Your RNN takes the batch for time, because nn.RNN is time-major by default. One "
    "argument changes that.",
    ("hidden_size, batch_first=True", "hidden_size"),
)
edit(
    "CharRNN",
    "returns-probabilities",
    "You return probabilities. Return logits: cross_entropy applies the softmax itself, "
    "and so does sampling.",
    ("return self.linear(states), hidden", "return self.linear(states).softmax(dim=-1), hidden"),
)
edit(
    "CharRNN",
    "returns-log-probabilities",
    "You return log-probabilities. Return the logits as the linear layer gives them: "
    "cross_entropy does the rest.",
    (
        "return self.linear(states), hidden",
        "return self.linear(states).log_softmax(dim=-1), hidden",
    ),
)
edit(
    "CharRNN",
    "returns-last-step-logits-only",
    "Your logits are those of the last step alone. A language model learns from every "
    "step of a chunk: (B, T, V).",
    ("linear(states)", "linear(states[:, -1])"),
)


@mistake(
    "CharRNN",
    "Your forward detaches the state. The numbers are the same, but no gradient can "
    "pass, even where it should. Detaching belongs into the training loop.",
)
def detaches_state_in_forward():
    class CharRNN(nn.Module):
        def __init__(self, vocab_size, hidden_size):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, hidden_size)
            self.rnn = nn.RNN(hidden_size, hidden_size, batch_first=True)
            self.linear = nn.Linear(hidden_size, vocab_size)

        def forward(self, x, hidden=None):
            hidden = hidden.detach() if hidden is not None else None
            states, hidden = self.rnn(self.embedding(x), hidden)
            return self.linear(states), hidden

        def init_hidden(self, batch_size):
            return self.linear.weight.new_zeros(1, batch_size, self.rnn.hidden_size)


edit(
    "CharRNN",
    "makes-initial-state-batch-first",
    "Look at init_hidden. batch_first says nothing about the state: it stays (layers, B, H).",
    ("1, batch_size", "batch_size, 1"),
)
edit(
    "CharRNN",
    "ignores-dtype-and-device",
    "Look at init_hidden. torch.zeros makes float32 on the CPU. Take type and device from a parameter.",
    ("self.linear.weight.new_zeros", "torch.zeros"),
)
edit(
    "CharRNN",
    "reads-global-hidden-size",
    "Look at init_hidden. Its H is a variable of another cell: here the check's, 4. Ask "
    "the model for its size: self.rnn.hidden_size.",
    (
        "class CharRNN(nn.Module):",
        """
            H = 4
            class CharRNN(nn.Module):
        """,
    ),
    ("self.rnn.hidden_size", "H"),
)
edit(
    "CharRNN",
    "remembers-state-between-calls",
    "Your model keeps the last state in self, so a call without hidden goes on from the "
    "text before. Start it from zeros: who wants the state carried hands it over.",
    (
        "self.linear = nn.Linear(hidden_size, vocab_size)",
        """
            self.linear = nn.Linear(hidden_size, vocab_size)
            self.hidden = None
        """,
    ),
    (
        """
            states, hidden = self.rnn(self.embedding(x), hidden)
            return self.linear(states), hidden
        """,
        """
            if hidden is None and self.hidden is not None and self.hidden.shape[1] == len(x):
                hidden = self.hidden
            states, self.hidden = self.rnn(self.embedding(x), hidden)
            return self.linear(states), self.hidden
        """,
    ),
)

# == make_streams ==

edit(
    "make_streams",
    "cuts-chunks-before-streams",
    "Your rows do not go on from chunk to chunk: the next piece of row 0 stands in row 1"
    " of the same chunk. reshape to (B, N, T) first, then swap the first two axes.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

            def cut(part):
                return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

            return cut(ids), cut(ids[1:])
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            return ids[: B * N * T].reshape(N, B, T), ids[1 : B * N * T + 1].reshape(N, B, T)
        """,
    ),
)
edit(
    "make_streams",
    "interleaves-the-streams",
    "Your streams are interleaved: stream b takes every B-th character. A stream is a "
    "contiguous piece of the text.",
    (
        'f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}',
        '"the text is too short',
    ),
    (
        "return part[: B * N * T].reshape(B, N, T).transpose(0, 1)",
        "return part[: B * N * T].reshape(N * T, B).T.reshape(B, N, T).transpose(0, 1)",
    ),
)
edit(
    "make_streams",
    "uses-inputs-as-targets",
    "Your targets are the inputs. A network that copies gets a loss of zero. The target "
    "is the next character: one place further on.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

            def cut(part):
                return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

            return cut(ids), cut(ids[1:])
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            x = ids[: B * N * T].reshape(B, N, T).transpose(0, 1)
            return x, x.clone()
        """,
    ),
)
edit(
    "make_streams",
    "swaps-inputs-and-targets",
    "Input and target have changed places: your network would learn to say the character before.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

            def cut(part):
                return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

            return cut(ids), cut(ids[1:])
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            y = ids[: B * N * T].reshape(B, N, T).transpose(0, 1)
            return ids[1 : B * N * T + 1].reshape(B, N, T).transpose(0, 1), y
        """,
    ),
)
edit(
    "make_streams",
    "shifts-targets-within-chunks",
    "You shift within a chunk, so its last target is its own first character. Shift the "
    "text before you cut it.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

            def cut(part):
                return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

            return cut(ids), cut(ids[1:])
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            x = ids[: B * N * T].reshape(B, N, T).transpose(0, 1)
            return x, x.roll(-1, dims=-1)
        """,
    ),
)
edit(
    "make_streams",
    "shifts-targets-by-two",
    "Your targets are two places further on. The target of an input is the very next id.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

            def cut(part):
                return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

            return cut(ids), cut(ids[1:])
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            part = torch.cat([ids, ids[:1]])
            x = ids[: B * N * T].reshape(B, N, T).transpose(0, 1)
            return x, part[2 : B * N * T + 2].reshape(B, N, T).transpose(0, 1)
        """,
    ),
)
edit(
    "make_streams",
    "puts-streams-first",
    "The streams come first in your result, (B, N, T). A training loop takes one chunk "
    "of all streams at a time: (N, B, T).",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")

            def cut(part):
                return part[: B * N * T].reshape(B, N, T).transpose(0, 1)

            return cut(ids), cut(ids[1:])
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            return ids[: B * N * T].reshape(B, N, T), ids[1 : B * N * T + 1].reshape(B, N, T)
        """,
    ),
)
edit(
    "make_streams",
    "invents-target-for-last-input",
    "You count the chunks as if the last input needed no target. Take one id off before you divide.",
    ("N = (len(ids) - 1) // (B * T)", "N = len(ids) // (B * T)"),
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            part = torch.cat([ids, ids[:1]])
        """,
    ),
    ("return cut(ids), cut(ids[1:])", "return cut(ids), cut(part[1:])"),
)
edit(
    "make_streams",
    "fails-when-text-fits-exactly",
    "Where the text fits exactly, the last input has no target, and reshape fails. Take "
    "one id off before you divide.",
    ("N = (len(ids) - 1) // (B * T)", "N = len(ids) // (B * T)"),
    (
        'f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}',
        '"the text is too short',
    ),
)
edit(
    "make_streams",
    "drops-remainder-of-each-stream",
    "Your streams are as long as the text allows, and the rest is dropped at the end of "
    "every stream. Here a stream has N times T ids, so that the next one goes on where "
    "it ends.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")
        """,
        """
            if N < 1:
                raise ValueError("the text is too short")
            length = (len(ids) - 1) // B
        """,
    ),
    (
        "return part[: B * N * T].reshape(B, N, T).transpose(0, 1)",
        """
            rows = part[: B * length].reshape(B, length)
            return rows[:, : N * T].reshape(B, N, T).transpose(0, 1)
        """,
    ),
)
edit(
    "make_streams",
    "accepts-too-short-text",
    "A text that is too short gives an empty result, and a training loop that does "
    "nothing. Raise a ValueError.",
    (
        """
            if N < 1:
                raise ValueError(f"{B} streams of {T} take {B * T + 1} characters, found {len(ids)}")
        """,
        "",
    ),
)

# == clip_gradients ==

edit(
    "clip_gradients",
    "clips-each-parameter-separately",
    "You clip each parameter by its own norm. That bends the direction of the step: take"
    " one norm and one factor for all of them.",
    (
        """
            if norm > max_norm:
                for gradient in gradients:
                    gradient.mul_(max_norm / norm)
        """,
        """
            for gradient in gradients:
                own = float(gradient.norm())
                if own > max_norm:
                    gradient.mul_(max_norm / own)
        """,
    ),
)
edit(
    "clip_gradients",
    "returns-norm-after-clipping",
    "You return the norm after clipping, which is never above max_norm. Keep the norm "
    "from before: it is what you want to see in a log.",
    ("return norm", "return math.sqrt(sum((gradient**2).sum() for gradient in gradients))"),
)
edit(
    "clip_gradients",
    "scales-small-gradients-up",
    "You scale small gradients up to max_norm. Clipping only shortens: the factor is never above 1.",
    ("if norm > max_norm:", "if norm > 0:"),
)
edit(
    "clip_gradients",
    "adds-up-parameter-norms",
    "You add up the norms of the parameters. The global norm adds the squares of all "
    "entries, and takes one root at the end.",
    (
        "norm = math.sqrt(sum((gradient**2).sum() for gradient in gradients))",
        "norm = float(sum(gradient.norm() for gradient in gradients))",
    ),
)
edit(
    "clip_gradients",
    "forgets-the-square-root",
    "The root is missing: that is the square of the norm.",
    ("= math.sqrt", "= float"),
)
edit(
    "clip_gradients",
    "clips-by-value",
    "You clip by value: every entry for itself. That bends the direction. Multiply all "
    "gradients by one factor.",
    (
        """
            if norm > max_norm:
                for gradient in gradients:
                    gradient.mul_(max_norm / norm)
        """,
        """
            for gradient in gradients:
                gradient.clamp_(-max_norm, max_norm)
        """,
    ),
)
edit(
    "clip_gradients",
    "exhausts-parameter-generator",
    "model.parameters() is a generator: your second loop finds it empty. Make a list first.",
    (
        """
            gradients = [p.grad for p in parameters if p.grad is not None]
            norm = math.sqrt(sum((gradient**2).sum() for gradient in gradients))
        """,
        "norm = math.sqrt(sum((p.grad**2).sum() for p in parameters if p.grad is not None))",
    ),
    (
        """
            for gradient in gradients:
                gradient.mul_(max_norm / norm)
        """,
        """
            for p in parameters:
                if p.grad is not None:
                    p.grad.mul_(max_norm / norm)
        """,
    ),
)
edit(
    "clip_gradients",
    "scales-copies-of-gradients",
    "After your function p.grad is what it was before. Scaling g = p.grad into a new "
    "tensor changes nothing: work in place, or assign to p.grad.",
    (
        """
            for gradient in gradients:
                gradient.mul_(max_norm / norm)
        """,
        "gradients = [gradient * max_norm / norm for gradient in gradients]",
    ),
)
edit(
    "clip_gradients",
    "fails-on-parameters-without-gradient",
    "A parameter that took no part in the loss has no gradient: p.grad is None. Skip it.",
    ("parameters if p.grad is not None", "parameters"),
)
edit(
    "clip_gradients",
    "takes-norm-of-parameters",
    "You measure the parameters themselves. What is to be clipped is their gradients: p.grad.",
    (
        "gradients = [p.grad for p in parameters if p.grad is not None]",
        "parameters = [p for p in parameters if p.grad is not None]",
    ),
    (
        "(gradient**2).sum() for gradient in gradients",
        "(p.detach() ** 2).sum() for p in parameters",
    ),
    ("for gradient in gradients:", "for p in parameters:"),
    ("gradient.mul_(max_norm / norm)", "p.grad.mul_(max_norm / norm)"),
)
edit(
    "clip_gradients",
    "scales-to-unit-norm",
    "Your clipped gradients have the length 1, whatever max_norm is. The factor is max_norm / norm.",
    ("gradient.mul_(max_norm / norm)", "gradient.div_(norm)"),
)
edit(
    "clip_gradients",
    "divides-by-zero-norm",
    "If all gradients are zero you divide by zero. A norm that is not above max_norm "
    "needs no factor at all.",
    (
        """
            if norm > max_norm:
                for gradient in gradients:
                    gradient.mul_(max_norm / norm)
        """,
        """
            factor = min(1.0, max_norm / norm)
            for gradient in gradients:
                gradient.mul_(factor)
        """,
    ),
)
edit(
    "clip_gradients",
    "fails-without-any-gradient",
    "With no gradient at all there is nothing to stack or to join, and torch raises. The"
    " norm is 0 then: treat it first.",
    (
        "norm = math.sqrt(sum((gradient**2).sum() for gradient in gradients))",
        "norm = float(torch.stack([gradient.norm() for gradient in gradients]).norm())",
    ),
)
edit(
    "clip_gradients",
    "calls-clip-grad-norm",
    "Write the formula yourself this time: collect the gradients, one norm, one factor.",
    (
        """
            gradients = [p.grad for p in parameters if p.grad is not None]
            norm = math.sqrt(sum((gradient**2).sum() for gradient in gradients))
            if norm > max_norm:
                for gradient in gradients:
                    gradient.mul_(max_norm / norm)
            return norm
        """,
        "return nn.utils.clip_grad_norm_(parameters, max_norm)",
    ),
)

# == sample ==

edit(
    "sample",
    "divides-probabilities-by-temperature",
    "You divide probabilities by the temperature. multinomial normalises them again, so "
    "the temperature has no effect: divide the logits, before the softmax.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    ("(last / temperature, dim=0)", "(logits[0, -1], dim=0) / temperature"),
)
edit(
    "sample",
    "multiplies-logits-by-temperature",
    "Your temperature works the wrong way round: a low one makes the text wilder. Divide"
    " the logits by it.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] * temperature, dim=0)",
    ),
)
edit(
    "sample",
    "applies-softmax-over-batch",
    "Every character is equally likely in your text. Over which axis does the softmax "
    "run? It must be the one of the V characters.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[:, -1] / temperature, dim=0)",
    ),
)
edit(
    "sample",
    "reads-only-last-prefix-character",
    "The model reads the last character of the prefix only. All of the prefix belongs into its state.",
    (
        """
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        "x, hidden, text = vocab.encode(prefix)[None, -1:], None, prefix",
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)",
    ),
)
edit(
    "sample",
    "discards-state-between-characters",
    "The model forgets everything after each character. Hand it the state that it gave you.",
    (
        """
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        "x, text = vocab.encode(prefix)[None], prefix",
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, _ = model(x)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)",
    ),
)


@mistake(
    "sample",
    "You feed the whole text again and hand the old state on as well, so the model reads"
    " everything more than once. Either the state or the whole text: feed the new "
    "character alone.",
)
def feeds_whole_text_with_state():
    def sample(model, vocab, prefix, n, temperature=1.0, generator=None):
        if not prefix or temperature < 0:
            raise ValueError("sample needs a prefix, and a temperature of 0 or more")
        hidden, text = None, prefix
        with torch.no_grad():
            for _ in range(n):
                logits, hidden = model(vocab.encode(text)[None], hidden)
                if temperature == 0:
                    new = logits[0, -1].argmax()
                else:
                    probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)
                    new = torch.multinomial(probabilities, 1, generator=generator)
                text += vocab.decode([int(new)])
        return text


edit(
    "sample",
    "feeds-last-prefix-character-twice",
    "You read the prefix, and then feed its last character a second time. The logits of "
    "the first draw are those you have already, from the last step of the prefix.",
    (
        """
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        "ids, text = vocab.encode(prefix)[None], prefix",
    ),
    (
        "with torch.no_grad():",
        """
            with torch.no_grad():
                _, hidden = model(ids)
                x = ids[:, -1:]
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)",
    ),
)
edit(
    "sample",
    "always-takes-the-argmax",
    "You always take the most likely character. That is temperature 0; otherwise draw "
    "one, with multinomial.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
            if temperature == 0:
                new = last.argmax()
            else:
                probabilities = torch.softmax(last / temperature, dim=0)
                new = torch.multinomial(probabilities, 1, generator=generator)
            x = new.view(1, 1)
            text += vocab.decode([int(new)])
        """,
        """
            logits, hidden = model(x, hidden)
            x = logits[:, -1:].argmax(dim=-1)
            text += vocab.decode(x[0])
        """,
    ),
)
edit(
    "sample",
    "ignores-given-generator",
    "Your draws come from torch's global generator. Hand generator to multinomial, or "
    "nobody can repeat your text.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)",
    ),
    ("1, generator=generator", "1"),
)
edit(
    "sample",
    "creates-its-own-generator",
    "You make a generator of your own where none is given. A new torch.Generator() "
    "always has the same seed, so every text is the same. Hand None on: multinomial "
    "takes torch's global generator then.",
    (
        "place = next(model.parameters()).device",
        """
            if generator is None:
                generator = torch.Generator()
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)",
    ),
)
edit(
    "sample",
    "omits-prefix-from-result",
    "The prefix is missing in what you return. It is part of the text.",
    (
        """
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        'x, hidden, text = vocab.encode(prefix)[None], None, ""',
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)",
    ),
)
edit(
    "sample",
    "divides-by-zero-temperature",
    "A temperature of 0 divides by zero. Treat it as a case of its own: the largest logit.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
            if temperature == 0:
                new = last.argmax()
            else:
                probabilities = torch.softmax(last / temperature, dim=0)
                new = torch.multinomial(probabilities, 1, generator=generator)
        """,
        """
            logits, hidden = model(x, hidden)
            probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)
            new = torch.multinomial(probabilities, 1, generator=generator)
        """,
    ),
)
edit(
    "sample",
    "overflows-in-softmax",
    "A softmax written by hand: exp of a large number is infinite. torch.softmax takes "
    "the largest logit off first.",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            logits, hidden = model(x.to(place), hidden)
            last = logits[0, -1].cpu()
        """,
        "logits, hidden = model(x, hidden)",
    ),
    ("new = last.argmax()", "new = logits[0, -1].argmax()"),
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        "weights = torch.exp(logits[0, -1] / temperature)",
    ),
    (
        "new = torch.multinomial(probabilities, 1, generator=generator)",
        "new = torch.multinomial(weights / weights.sum(), 1, generator=generator)",
    ),
)
edit(
    "sample",
    "forgets-no-grad",
    "Every step adds to a graph that is never used, and memory grows with the text. Work"
    " within torch.no_grad().",
    (
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            place = next(model.parameters()).device
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
        """
            if not prefix or temperature < 0:
                raise ValueError("sample needs a prefix, and a temperature of 0 or more")
            x, hidden, text = vocab.encode(prefix)[None], None, prefix
        """,
    ),
    (
        """
            with torch.no_grad():
                for _ in range(n):
                    logits, hidden = model(x.to(place), hidden)
                    last = logits[0, -1].cpu()
                    if temperature == 0:
                        new = last.argmax()
                    else:
                        probabilities = torch.softmax(last / temperature, dim=0)
                        new = torch.multinomial(probabilities, 1, generator=generator)
                    x = new.view(1, 1)
                    text += vocab.decode([int(new)])
        """,
        """
            for _ in range(n):
                logits, hidden = model(x, hidden)
                if temperature == 0:
                    new = logits[0, -1].argmax()
                else:
                    probabilities = torch.softmax(logits[0, -1] / temperature, dim=0)
                    new = torch.multinomial(probabilities, 1, generator=generator)
                x = new.view(1, 1)
                text += vocab.decode([int(new)])
        """,
    ),
)
