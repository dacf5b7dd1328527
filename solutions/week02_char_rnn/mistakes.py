"""Week 2: known mistakes, each with what a student who makes it is told."""

from autograder.authoring import edit

# == CharVocab ==

edit(
    "CharVocab",
    "counts-repeated-characters",
    "Your V counts every character of the text. How many different ones are there? A set keeps "
    "one of each.",
    ("self.chars = sorted(set(text))", "self.chars, self.text = sorted(set(text)), text"),
    ("len(self.chars)", "len(self.text)"),
)
edit(
    "CharVocab",
    "keeps-repeated-characters",
    "Repeated characters stand in your list more than once, so ids run up to the length of the "
    "text. Keep one of each, with a set.",
    ("sorted(set(text))", "sorted(text)"),
)
edit(
    "CharVocab",
    "decodes-to-a-list",
    "decode returns a list of characters. Which method of str makes one text of them?",
    ('"".join(self.chars[i] for i in ids)', "[self.chars[i] for i in ids]"),
)
edit(
    "CharVocab",
    "uses-tensors-as-dictionary-keys",
    "decode meets tensors: the entries of a tensor are tensors, and a dictionary does not find "
    "them among its ints. Index a list, or look up int(i).",
    ("self.chars[i] for i in ids", "dict(enumerate(self.chars))[i] for i in ids"),
)
edit(
    "CharVocab",
    "orders-characters-by-appearance",
    "Your ids are given in the order in which characters first appear. They must not depend on "
    "where a character stands in the text: sort the set. (A set by itself has another order in "
    "every run.)",
    ("sorted(set(text))", "list(dict.fromkeys(text))"),
)
edit(
    "CharVocab",
    "raises-key-error-for-unknown",
    "The look-up in your dictionary raises a KeyError by itself. Check the characters first, and "
    "raise a ValueError that names the unknown one.",
    ("raise ValueError", "raise KeyError"),
)
edit(
    "CharVocab",
    "drops-unknown-characters",
    "An unknown character silently disappears, or becomes another one. A text that cannot be "
    "encoded must raise a ValueError.",
    (
        'raise ValueError(f"{unknown[0]!r} is not one of the {len(self)} known characters")',
        "text = [char for char in text if char in self.ids]",
    ),
)
edit(
    "CharVocab",
    "encodes-empty-text-as-floats",
    "An empty text gives a tensor of floats, because torch.tensor([]) cannot know better. Name "
    "the dtype.",
    (", dtype=torch.long", ""),
)

edit(
    "CharVocab",
    "hides-unknown-character-in-text",
    "Your message shows the whole text. In a long one nobody finds the character: name it by itself.",
    ("{unknown[0]!r} is not one of the {len(self)} known characters", "cannot encode {text!r}"),
)
edit(
    "CharVocab",
    "learns-unknown-characters",
    "An unknown character becomes part of the vocabulary, and the second time it has an id that no "
    "model knows. The vocabulary is made in __init__, and stays.",
    (
        "raise ValueError",
        """
            self.chars.append(unknown[0])
            self.ids[unknown[0]] = len(self.ids)
            raise ValueError""",
    ),
)
edit(
    "CharVocab",
    "shares-its-table",
    "Your table is shared by all vocabularies, so the last one made spoils the others. Keep it in self.",
    ("self.ids = {char", "CharVocab.ids = {char"),
)

# == embed ==

edit(
    "embed",
    "transposes-table-before-lookup",
    "You look along the wrong axis of W. The rows belong to the ids, the columns to the E "
    "features.",
    ("W[ids]", "W.T[ids]"),
)
edit(
    "embed",
    "indexes-columns-of-w",
    "You index the columns of W. Which axis of W (V, E) has one entry per id?",
    ("W[ids]", "W[:, ids]"),
)
edit(
    "embed",
    "swaps-batch-and-time",
    "Batch and time have changed places. The result is (B, T, E), in the order of ids.",
    ("W[ids]", "W[ids].transpose(0, 1)"),
)
edit(
    "embed",
    "detaches-the-embedding-table",
    "Your numbers are right, but the graph is cut: autograd cannot reach W. Index the tensor "
    "itself, without detach, data, tolist or numpy.",
    ("W[ids]", "W.detach()[ids]"),
)
edit(
    "embed",
    "ignores-dtype-of-w",
    "A product needs both sides of one type. Your one-hot vectors are float32 whatever W is: "
    "convert them to W.dtype.",
    ("W[ids]", "F.one_hot(ids, len(W)).float() @ W"),
)
edit(
    "embed",
    "reads-global-vocabulary-size",
    "Your V is a variable of another cell: here the check's, 5. A function may use its arguments "
    "only. How many rows does W have?",
    (
        "def embed(ids, W):",
        """
            V = 5
            def embed(ids, W):
        """,
    ),
    ("W[ids]", "F.one_hot(ids, V).to(W.dtype) @ W"),
)
edit(
    "embed",
    "returns-one-hot-vectors",
    "You stop at the one-hot vectors. The product with W is missing.",
    ("W[ids]", "F.one_hot(ids, len(W)).to(W.dtype)"),
)
edit(
    "embed",
    "sums-over-time",
    "You add the vectors of a sequence up. Every step keeps a vector of its own.",
    ("W[ids]", "W[ids].sum(dim=1)"),
)

edit(
    "embed",
    "leaves-number-of-classes-to-one-hot",
    "one_hot takes the largest id that it reads for the last one. Tell it how many there are: W has "
    "one row for each.",
    ("W[ids]", "F.one_hot(ids).to(W.dtype) @ W"),
)
edit(
    "embed",
    "flattens-ids-with-view",
    "view needs ids that are contiguous; those of a batch that has been turned are not. reshape takes "
    "both, and an index needs neither.",
    ("W[ids]", "W[ids.view(-1)].view(*ids.shape, -1)"),
)
edit(
    "embed",
    "transposes-square-table",
    "Where V = E you look along the wrong axis. Rows belong to ids, whatever the sizes are.",
    ("W[ids]", "(W.T if W.shape[0] == W.shape[1] else W)[ids]"),
)

# == CharRNN ==

edit(
    "CharRNN",
    "drops-the-last-state",
    "The last state is lost. nn.RNN returns two things: hand the second one on, or nobody can "
    "carry it.",
    ("self.linear(states), hidden", "self.linear(states)"),
)
edit(
    "CharRNN",
    "squeezes-state-layer-axis",
    "The state has lost its first axis. PyTorch's states are (layers, B, H), here (1, B, H), also "
    "with batch_first.",
    ("self.linear(states), hidden", "self.linear(states), hidden.squeeze(0)"),
)
edit(
    "CharRNN",
    "returns-all-states-as-state",
    "You return the states of all steps, (B, T, H), as the state. The state to carry is the one "
    "after the last step: the second result of nn.RNN.",
    ("self.linear(states), hidden", "self.linear(states), states"),
)
edit(
    "CharRNN",
    "ignores-given-state",
    "A given state has no effect: every chunk starts from zero. Where does forward hand hidden to "
    "the RNN?",
    ("self.embedding(x), hidden", "self.embedding(x)"),
)
edit(
    "CharRNN",
    "forgets-batch-first",
    "Your RNN takes the batch for time, because nn.RNN is time-major by default. One argument "
    "changes that.",
    (", batch_first=True", ""),
)
edit(
    "CharRNN",
    "returns-probabilities",
    "You return probabilities. Return logits: cross_entropy applies the softmax itself, and so "
    "does sampling.",
    ("self.linear(states)", "self.linear(states).softmax(dim=-1)"),
)
edit(
    "CharRNN",
    "returns-log-probabilities",
    "You return log-probabilities. Return the logits as the linear layer gives them: "
    "cross_entropy does the rest.",
    ("self.linear(states)", "self.linear(states).log_softmax(dim=-1)"),
)
edit(
    "CharRNN",
    "returns-last-step-logits-only",
    "Your logits are those of the last step alone. A language model learns from every step of a "
    "chunk: (B, T, V).",
    ("self.linear(states)", "self.linear(states[:, -1])"),
)
edit(
    "CharRNN",
    "detaches-state-in-forward",
    "Your forward detaches the state. The numbers are the same, but no gradient can pass, even "
    "where it should. Detaching belongs into the training loop.",
    ("self.embedding(x), hidden", "self.embedding(x), None if hidden is None else hidden.detach()"),
)
edit(
    "CharRNN",
    "makes-initial-state-batch-first",
    "Look at init_hidden. batch_first says nothing about the state: it stays (layers, B, H).",
    ("1, batch_size", "batch_size, 1"),
)
edit(
    "CharRNN",
    "makes-zeros-on-the-cpu",
    "The zeros that you start from have the right type, and are on the CPU. Take the device from a "
    "parameter as well; or hand None on: nn.RNN makes its own.",
    (
        "states, hidden = self.rnn",
        """
            if hidden is None:
                size = (1, len(x), self.rnn.hidden_size)
                hidden = torch.zeros(size, dtype=self.linear.weight.dtype)
            states, hidden = self.rnn""",
    ),
)
edit(
    "CharRNN",
    "ignores-dtype-and-device",
    "Look at init_hidden. torch.zeros makes float32 on the CPU. Take type and device from a "
    "parameter.",
    ("self.linear.weight.new_zeros", "torch.zeros"),
)
edit(
    "CharRNN",
    "reads-global-hidden-size",
    "Look at init_hidden. Its H is a variable of another cell: here the check's, 4. Ask the model "
    "for its size: self.rnn.hidden_size.",
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
    "Your model keeps the last state in self, so a call without hidden goes on from the text "
    "before. Start it from zeros: who wants the state carried hands it over.",
    (
        "self.linear = nn.Linear(hidden_size, vocab_size)",
        """
            self.linear = nn.Linear(hidden_size, vocab_size)
            self.last = None
        """,
    ),
    (
        "states, hidden = self.rnn(self.embedding(x), hidden)",
        "states, self.last = self.rnn(self.embedding(x), self.last if hidden is None else hidden)",
    ),
    ("self.linear(states), hidden", "self.linear(states), self.last"),
)

# == make_streams ==

edit(
    "make_streams",
    "cuts-chunks-before-streams",
    "Your rows do not go on from chunk to chunk: the next piece of row 0 stands in row 1 of the "
    "same chunk. reshape to (B, N, T) first, then swap the first two axes.",
    (".reshape(B, N, T).transpose(0, 1)", ".reshape(N, B, T)"),
)
edit(
    "make_streams",
    "interleaves-the-streams",
    "Your streams are interleaved: stream b takes every B-th character. A stream is a contiguous "
    "piece of the text.",
    (".reshape(B, N, T)", ".reshape(N * T, B).T.reshape(B, N, T)"),
)
edit(
    "make_streams",
    "uses-inputs-as-targets",
    "Your targets are the inputs. A network that copies gets a loss of zero. The target is the "
    "next character: one place further on.",
    ("cut(ids[1:])", "cut(ids)"),
)
edit(
    "make_streams",
    "swaps-inputs-and-targets",
    "Input and target have changed places: your network would learn to say the character before.",
    ("return cut(ids), cut(ids[1:])", "return cut(ids[1:]), cut(ids)"),
)
edit(
    "make_streams",
    "shifts-targets-within-chunks",
    "You shift within a chunk, so its last target is its own first character. Shift the text "
    "before you cut it.",
    ("cut(ids[1:])", "cut(ids).roll(-1, dims=-1)"),
)
edit(
    "make_streams",
    "shifts-targets-by-two",
    "Your targets are two places further on. The target of an input is the very next id.",
    ("cut(ids[1:])", "cut(ids.roll(-2))"),
)
edit(
    "make_streams",
    "puts-streams-first",
    "The streams come first in your result, (B, N, T). A training loop takes one chunk of all "
    "streams at a time: (N, B, T).",
    (".transpose(0, 1)", ""),
)
edit(
    "make_streams",
    "invents-target-for-last-input",
    "You count the chunks as if the last input needed no target. Take one id off before you "
    "divide.",
    ("N = (len(ids) - 1)", "N = len(ids)"),
    ("cut(ids[1:])", "cut(ids.roll(-1))"),
)
edit(
    "make_streams",
    "fails-when-text-fits-exactly",
    "Where the text fits exactly, the last input has no target, and reshape fails. Take one id "
    "off before you divide.",
    ("N = (len(ids) - 1)", "N = len(ids)"),
)
edit(
    "make_streams",
    "drops-remainder-of-each-stream",
    "Your streams are as long as the text allows, and the rest is dropped at the end of every "
    "stream. Here a stream has N times T ids, so that the next one goes on where it ends.",
    ("part[: B * N * T]", "part[: (len(ids) - 1) // B * B].reshape(B, -1)[:, : N * T]"),
)
edit(
    "make_streams",
    "accepts-too-short-text",
    "A text that is too short gives an empty result, and a training loop that does nothing. Raise "
    "a ValueError.",
    ("if N < 1:", "if N < 0:"),
)

edit(
    "make_streams",
    "refuses-only-n-of-zero",
    "An empty text has N = -1: ask whether N is below 1, and not whether it is 0.",
    ("if N < 1:", "if N == 0:"),
)

# == clip_gradients ==

edit(
    "clip_gradients",
    "clips-each-parameter-separately",
    "You clip each parameter by its own norm. That bends the direction of the step: take one norm "
    "and one factor for all of them.",
    ("max_norm / norm", "min(1, max_norm / gradient.norm())"),
)
edit(
    "clip_gradients",
    "returns-norm-after-clipping",
    "You return the norm after clipping, which is never above max_norm. Keep the norm from "
    "before: it is what you want to see in a log.",
    ("return norm", "return min(norm, max_norm)"),
)
edit(
    "clip_gradients",
    "scales-small-gradients-up",
    "You scale small gradients up to max_norm. Clipping only shortens: the factor is never above "
    "1.",
    ("if norm > max_norm:", "if norm > 0:"),
)
edit(
    "clip_gradients",
    "adds-up-parameter-norms",
    "You add up the norms of the parameters. The global norm adds the squares of all entries, and "
    "takes one root at the end.",
    (
        "math.sqrt(sum((gradient**2).sum() for gradient in gradients))",
        "float(sum(gradient.norm() for gradient in gradients))",
    ),
)
edit(
    "clip_gradients",
    "forgets-the-square-root",
    "The root is missing: that is the square of the norm.",
    ("math.sqrt", "float"),
)
edit(
    "clip_gradients",
    "clips-by-value",
    "You clip by value: every entry for itself. That bends the direction. Multiply all gradients "
    "by one factor.",
    ("gradient.mul_(max_norm / norm)", "gradient.clamp_(-max_norm, max_norm)"),
)
edit(
    "clip_gradients",
    "exhausts-parameter-generator",
    "model.parameters() is a generator: your second loop finds it empty. Make a list first.",
    (
        "for gradient in gradients:",
        "for gradient in [p.grad for p in parameters if p.grad is not None]:",
    ),
)
edit(
    "clip_gradients",
    "scales-copies-of-gradients",
    "After your function p.grad is what it was before. Scaling g = p.grad into a new tensor "
    "changes nothing: work in place, or assign to p.grad.",
    ("gradient.mul_(max_norm / norm)", "gradient = gradient * max_norm / norm"),
)
edit(
    "clip_gradients",
    "fails-on-parameters-without-gradient",
    "A parameter that took no part in the loss has no gradient: p.grad is None. Skip it.",
    (" if p.grad is not None", ""),
)
edit(
    "clip_gradients",
    "takes-norm-of-parameters",
    "You measure the parameters themselves. What is to be clipped is their gradients: p.grad.",
    (
        "gradients = [p.grad for p in parameters if p.grad is not None]",
        """
            kept = [p for p in parameters if p.grad is not None]
            gradients = [p.grad for p in kept]
        """,
    ),
    ("(gradient**2).sum() for gradient in gradients", "(p.detach() ** 2).sum() for p in kept"),
)
edit(
    "clip_gradients",
    "scales-to-unit-norm",
    "Your clipped gradients have the length 1, whatever max_norm is. The factor is max_norm / "
    "norm.",
    ("mul_(max_norm / norm)", "div_(norm)"),
)
edit(
    "clip_gradients",
    "divides-by-zero-norm",
    "If all gradients are zero you divide by zero. A norm that is not above max_norm needs no "
    "factor at all.",
    ("if norm > max_norm:", "if max_norm / norm < 1:"),
)
edit(
    "clip_gradients",
    "fails-without-any-gradient",
    "With no gradient at all there is nothing to stack or to join, and torch raises. The norm is "
    "0 then: treat it first.",
    (
        "math.sqrt(sum((gradient**2).sum() for gradient in gradients))",
        "float(torch.stack([gradient.norm() for gradient in gradients]).norm())",
    ),
)
edit(
    "clip_gradients",
    "compares-square-of-norm",
    "You compare the square of the norm with max_norm. Take the root first: below 1 the square is "
    "smaller than the norm, above 1 it is larger.",
    ("if norm > max_norm:", "if norm**2 > max_norm:"),
)
edit(
    "clip_gradients",
    "flattens-gradients-with-view",
    "view needs a gradient that is contiguous; one that is transposed in memory is not. reshape takes "
    "both.",
    ("(gradient**2).sum()", "(gradient.view(-1) ** 2).sum()"),
)
edit(
    "clip_gradients",
    "adds-up-in-single-precision",
    "Your sum is float32 and on the CPU, whatever the gradients are: small squares are lost beside a "
    "large one. Start from a Python number, or do not add in place.",
    (
        "norm = math.sqrt(sum((gradient**2).sum() for gradient in gradients))",
        """
            total = torch.zeros(())
            for gradient in gradients:
                total += gradient.pow(2).sum()
            norm = total.sqrt()
        """,
    ),
)


# == sample ==

edit(
    "sample",
    "divides-probabilities-by-temperature",
    "You divide probabilities by the temperature. multinomial normalises them again, so the "
    "temperature has no effect: divide the logits, before the softmax.",
    ("torch.softmax(last / temperature, dim=0)", "torch.softmax(last, dim=0) / temperature"),
)
edit(
    "sample",
    "multiplies-logits-by-temperature",
    "Your temperature works the wrong way round: a low one makes the text wilder. Divide the "
    "logits by it.",
    ("last / temperature", "last * temperature"),
)
edit(
    "sample",
    "applies-softmax-over-batch",
    "Every character is equally likely in your text. Over which axis does the softmax run? It "
    "must be the one of the V characters.",
    ("last / temperature", "logits[:, -1].cpu() / temperature"),
)
edit(
    "sample",
    "reads-only-last-prefix-character",
    "The model reads the last character of the prefix only. All of the prefix belongs into its "
    "state.",
    ("vocab.encode(prefix)", "vocab.encode(prefix[-1])"),
)
edit(
    "sample",
    "discards-state-between-characters",
    "The model forgets everything after each character. Hand it the state that it gave you.",
    ("model(x.to(place), hidden)", "model(x.to(place))"),
)
edit(
    "sample",
    "feeds-whole-text-with-state",
    "You feed the whole text again and hand the old state on as well, so the model reads "
    "everything more than once. Either the state or the whole text: feed the new character alone.",
    ("x = new.view(1, 1)", "x = torch.cat([x, new.view(1, 1)], dim=1)"),
)
edit(
    "sample",
    "feeds-last-prefix-character-twice",
    "You read the prefix, and then feed its last character a second time. The logits of the first "
    "draw are those you have already, from the last step of the prefix.",
    (
        "with torch.no_grad():",
        """
            with torch.no_grad():
                _, hidden = model(x.to(place))
                x = x[:, -1:]
        """,
    ),
)
edit(
    "sample",
    "takes-the-argmax-first",
    "Your first new character is always the most likely one. It is drawn like all others.",
    ("if temperature == 0:", "if temperature == 0 or text == prefix:"),
)
edit(
    "sample",
    "treats-low-temperatures-as-zero",
    "At low temperatures you always take the most likely character. Only 0 is a case of its own: a "
    "model that is unsure draws at 0.01, too.",
    ("if temperature == 0:", "if temperature < 0.2:"),
)
edit(
    "sample",
    "raises-probabilities-to-a-power",
    "You raise probabilities to the power 1 / temperature. On paper that is the same, but at a low "
    "temperature all of them become 0: divide the logits.",
    (
        "torch.softmax(last / temperature, dim=0)",
        "torch.softmax(last, dim=0).pow(1 / temperature)",
    ),
)
edit(
    "sample",
    "draws-from-the-top-k",
    "Some characters never come: you draw from the most likely ones alone. All V take part.",
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        """
            z = last / temperature
            z = z.masked_fill(z < z.topk(min(8, len(z))).values[-1], -math.inf)
            probabilities = torch.softmax(z, dim=0)
        """,
    ),
)
edit(
    "sample",
    "leaves-ids-on-the-cpu",
    "Your ids stay on the CPU. The model may be elsewhere: ask its parameters.",
    ("x.to(place)", "x"),
)
edit(
    "sample",
    "always-takes-the-argmax",
    "You always take the most likely character. That is temperature 0; otherwise draw one, with "
    "multinomial.",
    ("torch.multinomial(probabilities, 1, generator=generator)", "probabilities.argmax()"),
)
edit(
    "sample",
    "ignores-given-generator",
    "Your draws come from torch's global generator. Hand generator to multinomial, or nobody can "
    "repeat your text.",
    (", generator=generator", ""),
)
edit(
    "sample",
    "creates-its-own-generator",
    "You make a generator of your own where none is given. A new torch.Generator() always has the "
    "same seed, so every text is the same. Hand None on: multinomial takes torch's global "
    "generator then.",
    (
        "place = next(model.parameters()).device",
        """
            generator = generator or torch.Generator()
            place = next(model.parameters()).device
        """,
    ),
)
edit(
    "sample",
    "omits-prefix-from-result",
    "The prefix is missing in what you return. It is part of the text.",
    ("None, prefix", 'None, ""'),
)
edit(
    "sample",
    "divides-by-zero-temperature",
    "A temperature of 0 divides by zero. Treat it as a case of its own: the largest logit.",
    ("if temperature == 0:", "if temperature < 0:"),
)
edit(
    "sample",
    "overflows-in-softmax",
    "A softmax written by hand: exp of a large number is infinite. torch.softmax takes the "
    "largest logit off first.",
    (
        "probabilities = torch.softmax(last / temperature, dim=0)",
        """
            weights = torch.exp(last / temperature)
            probabilities = weights / weights.sum()
        """,
    ),
)
edit(
    "sample",
    "forgets-no-grad",
    "Every step adds to a graph that is never used, and memory grows with the text. Work within "
    "torch.no_grad().",
    ("torch.no_grad()", "torch.enable_grad()"),
)
