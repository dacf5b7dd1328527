"""Which 16-bit type a device can train a recurrent layer in."""

import torch


def usable(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether an LSTM runs forward and backward under autocast with `dtype`.

    On a GPU it does. On a CPU it depends on the processor: PyTorch hands the whole layer to
    oneDNN, which has no 16-bit kernel for many of them.
    """
    layer = torch.nn.LSTM(4, 4, batch_first=True).to(device)
    try:
        with torch.autocast(device.type, dtype=dtype):
            states, _ = layer(torch.ones(2, 3, 4, device=device))
        states.float().sum().backward()
    except RuntimeError:
        return False
    return True
