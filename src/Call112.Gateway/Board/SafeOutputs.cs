using Call112.Gateway.Board.Gpio;
using Call112.Gateway.Board.I2c;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Board;

/// <summary>
/// Drives every output of a profile that must be off while nobody lives, once, without a service: the third of the four ways in which a cabinet
/// falls silent (design, "What the box promises"). Each output is tried on its own until it is driven or the time is over, for a process that
/// was killed may still hold its lines for a moment.
/// </summary>
internal sealed class SafeOutputs(SafePart profile, BoardSeat seat) : IDisposable
{
    /// <summary>The whole of it, also when lines stay held. systemd's patience with ExecStopPost is far longer.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(1.8);

    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, RelayCard> _cards = new(StringComparer.Ordinal);
    private GpioChip? _chip;

    /// <summary>One output and what became of it; <paramref name="Problem"/> is null when it is off.</summary>
    public sealed record Verdict(OutputLine Output, string? Problem, bool Held = false);

    /// <summary>Outputs that hold their level on a crash are left alone and said so.</summary>
    public async Task<IReadOnlyList<Verdict>> DriveAsync(CancellationToken cancel)
    {
        var began = seat.Time.GetTimestamp();
        // Lines before cards: a bus that hangs takes a second for each question, and must not keep the lines waiting.
        OutputLine[] outputs = [.. profile.Outputs.OrderBy(output => output.To.Card is not null)];
        var verdicts = outputs.Select(output => new Verdict(output, "no time was left for it")).ToArray();
        bool InTime() => seat.Time.GetElapsedTime(began) < Within;
        do
        {
            for (var i = 0; i < verdicts.Length && InTime(); i++)
                if (verdicts[i].Problem is not null)
                    verdicts[i] = Drive(outputs[i]);
            if (verdicts.All(verdict => verdict.Problem is null))
                return verdicts;
            await Task.Delay(s_again, seat.Time, cancel);
        }
        while (InTime());
        return verdicts;
    }

    public void Dispose()
    {
        _chip?.Dispose();
        foreach (var card in _cards.Values)
            card.Dispose();
    }

    private Verdict Drive(OutputLine output)
    {
        if (output.OnCrash == CrashLevel.Hold)
            return new Verdict(output, null, Held: true);
        try
        {
            if (output.To.Card is { } channel)
                Release(Card(channel.Device), channel.Channel, output.ActiveLow);
            else
            {
                _chip ??= seat.OpenChip(profile.Chip);
                _chip.OpenOutput(output.Function, _chip.Find(output.Function, output.To), output.To, GpioOutput.LevelOf(false, output.ActiveLow));
            }

            return new Verdict(output, null);
        }
        catch (Exception e) when (e is BoardException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return new Verdict(output, e.Message);
        }
    }

    /// <summary>Only this relay: those that hold their level keep it.</summary>
    private static void Release(RelayCard card, int channel, bool activeLow)
    {
        if (channel is < 1 or > RelayCard.Channels)
            throw new InvalidOperationException($"channel {channel} is not 1 … {RelayCard.Channels}");
        card.Adopt();
        card.Want(channel, activeLow);
        card.Drive();
        if (card.IsEnergised(channel) != activeLow)
            throw new IOException("the relay does not follow");
    }

    private RelayCard Card(string name)
    {
        if (_cards.TryGetValue(name, out var card))
            return card;
        var device = profile.Devices.FirstOrDefault(device => device.Name == name && device.Kind == DeviceKind.Sequent4Rel4In)
            ?? throw new InvalidOperationException($"no relay card is named '{name}' in devices");
        return _cards[name] = new RelayCard(name, seat.OpenI2c(profile.I2cBus, device.Address), seat.Time, (_, _) => { }) { Every = Within };
    }
}
