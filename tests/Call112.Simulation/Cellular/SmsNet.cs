using System.Security.Cryptography;
using System.Text;
using Call112.Messages;
using Call112.Messages.Sms;
using Call112.Simulation.Time;

namespace Call112.Simulation.Cellular;

/// <summary>What the mobile network does to texts; all rates from 0 to 1.</summary>
internal readonly record struct SmsNoise(double Lost, double Twice, double Late, double Changed)
{
    public bool IsQuiet => this == default;
}

/// <summary>
/// The mobile network as far as it carries texts, with the city's SMS gateway at one end and a modem at the other: it loses, doubles, delays and
/// changes them, and keeps what a modem cannot take now. It remembers every true text: what anybody sends again comes from there.
/// </summary>
internal sealed class SmsNet(Schedule schedule, Random dice)
{
    public const string CenterNumber = "+6281100112112";

    private static readonly TimeSpan s_modemAgain = TimeSpan.FromSeconds(3), s_keptFor = TimeSpan.FromHours(1), s_lateMax = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, SimulatedModem> _modems = [];
    private readonly Dictionary<string, List<string>> _sent = [];

    public SmsNoise Noise { get; set; }

    /// <summary>Since when the net is quiet, or not.</summary>
    public TimeSpan ChangedAt { get; private set; }

    /// <summary>A text has reached the centre's gateway.</summary>
    public Action<string>? Arrived { get; set; }

    /// <summary>A station has sent a text, whether or not it arrives.</summary>
    public event Action<string, string>? Answered;

    public static SmsKey KeyOf(string stationId) => new(stationId, SHA256.HashData(Encoding.ASCII.GetBytes($"key of {stationId}")));

    public void SetNoise(SmsNoise noise) => (Noise, ChangedAt) = (noise, schedule.Now);

    public void Join(string stationId, SimulatedModem modem) => (_modems[stationId], _sent[stationId]) = (modem, []);

    /// <summary>The gateway sends the text of the book's decision.</summary>
    public void ToStation(string stationId, Dispatch dispatch, long counter)
    {
        var text = SmsText.Write(dispatch, counter, KeyOf(stationId));
        _sent[stationId].Add(text);
        Carry(text, arrived => Offer(stationId, CenterNumber, arrived, schedule.Now + s_keptFor));
    }

    /// <summary>A station's modem sends an answer.</summary>
    public void ToCenter(string stationId, string number, string text)
    {
        Answered?.Invoke(stationId, text);
        if (number == CenterNumber)
            Carry(text, arrived => Arrived?.Invoke(arrived));
    }

    /// <summary>Somebody sends a station a text of the book once more.</summary>
    public void Replay(string stationId)
    {
        if (_sent[stationId] is { Count: > 0 } texts)
            Offer(stationId, CenterNumber, texts[dice.Next(texts.Count)], schedule.Now + s_keptFor);
    }

    /// <summary>Somebody who has no key sends a station, or the centre, what looks like a text of the path.</summary>
    public void Forge(string stationId)
    {
        var forger = new SmsKey(stationId, SHA256.HashData(Encoding.ASCII.GetBytes($"key of a forger, {dice.Next()}")));
        var (id, now) = (NewId(), WallClock.Beginning + schedule.Now);
        var incident = new Incident("K1", Category.Fire);
        var dispatch = new Dispatch(id, MessageType.Alert, DispatchStatus.Actual, now, now.AddMinutes(15), 0, Incident: incident);
        switch (dice.Next(4))
        {
            case 0:
                var forged = SmsText.Write(dispatch, now.ToUnixTimeSeconds() + dice.Next(600), forger);
                Offer(stationId, "+6285500000001", forged, schedule.Now + s_keptFor);
                break;
            case 1 when _sent[stationId] is { Count: > 0 } texts:
                Offer(stationId, CenterNumber, Change(texts[dice.Next(texts.Count)]), schedule.Now + s_keptFor);
                break;
            case 2:
                // A true text of another station, under its own key.
                var other = SmsText.Write(dispatch, now.ToUnixTimeSeconds(), KeyOf("pos-lain"));
                Offer(stationId, CenterNumber, other, schedule.Now + s_keptFor);
                break;
            default:
                var about = _sent[stationId].Count > 0 ? IdOf(stationId) : id;
                Arrived?.Invoke(SmsText.Write(about, ReportEvent.Acknowledged, TimeSpan.FromSeconds(9), forger));
                break;
        }
    }

    private Guid IdOf(string stationId) =>
        SmsText.TryReadDispatch(_sent[stationId][^1], KeyOf(stationId), out var message, out _) ? message.Dispatch.DispatchId : Guid.Empty;

    private void Carry(string text, Action<string> arrive)
    {
        if (dice.NextDouble() < Noise.Lost)
            return;
        for (var copies = dice.NextDouble() < Noise.Twice ? 2 : 1; copies > 0; copies--)
        {
            var words = dice.NextDouble() < Noise.Changed ? Change(text) : text;
            var late = dice.NextDouble() < Noise.Late ? s_lateMax * dice.NextDouble() : TimeSpan.Zero;
            schedule.After(TimeSpan.FromSeconds(1 + 6 * dice.NextDouble()) + late, () => arrive(words));
        }
    }

    /// <summary>The operator keeps what a modem cannot take, for a while.</summary>
    private void Offer(string stationId, string number, string text, TimeSpan until)
    {
        if (!_modems[stationId].Deliver(number, text) && schedule.Now < until)
            schedule.After(s_modemAgain, () => Offer(stationId, number, text, until));
    }

    private string Change(string text)
    {
        var at = dice.Next(text.Length);
        return dice.Next(3) == 0 ? text[..at] : $"{text[..at]}{(char)('A' + dice.Next(26))}{text[(at + 1)..]}";
    }

    private Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        dice.NextBytes(bytes);
        return new Guid(bytes);
    }
}
