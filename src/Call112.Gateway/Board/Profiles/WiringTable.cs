using System.Globalization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>One wire of the cabinet, as a technician reads it. Empty texts are not told by the profile.</summary>
/// <param name="Pin">Physical pin of the header; null for a channel of a card or converter.</param>
/// <param name="Place"><c>GPIO17</c>, <c>relays R1</c>, <c>adc A0</c>.</param>
/// <param name="Function">Name of the function in the profile; a feedback line is called after its output.</param>
/// <param name="Active">Level or contact at which the function is on.</param>
/// <param name="Pull">Bias of an input; the pull of the reset for an output.</param>
/// <param name="Crash">What <c>board safe</c> leaves behind; outputs only.</param>
public sealed record WiringRow(
    int? Pin,
    string Place,
    string Function,
    Label Label,
    bool IsOutput,
    string Active,
    string Pull,
    string Contact,
    string Crash,
    string Terminal,
    string Wire,
    string Load,
    string Fuse);

/// <summary>What a thing is called on the drawing and the panel: Bahasa Indonesia first.</summary>
public sealed record Label(string Indonesian, string English);

/// <summary>
/// The wires of a profile, in the order of the header, then the cards. Shared by <c>board show</c> and the drawings in hardware/wiring.
/// </summary>
public static class WiringTable
{
    private static readonly Dictionary<string, Label> s_labels = new(StringComparer.Ordinal)
    {
        ["siren"] = new("Sirene", "siren"),
        ["strobe"] = new("Lampu strobo", "strobe"),
        ["door"] = new("Pintu", "door"),
        ["lampStatus"] = new("Lampu status", "status lamp"),
        ["lampLink"] = new("Lampu hubungan", "link lamp"),
        ["buzzer"] = new("Buzzer", "buzzer"),
        [BoardFunctions.Health] = new("Relai sehat", "health relay"),
        ["acknowledge"] = new("Tombol TERIMA", "acknowledge"),
        ["responding"] = new("Tombol BERANGKAT", "responding"),
        ["panic"] = new("Tombol PANIK", "panic"),
        ["test"] = new("Kunci UJI", "test key"),
        ["tamper"] = new("Saklar pintu kotak", "tamper"),
        ["mainsFail"] = new("PLN padam", "mains fail"),
        ["batteryLow"] = new("Baterai lemah", "battery low"),
    };

    /// <summary>The words for a function; an unknown one is called by its name.</summary>
    public static Label LabelOf(string function)
    {
        if (s_labels.TryGetValue(function, out var label))
            return label;
        var output = function.Split(' ')[0];
        return function == LineClaims.FeedbackOf(output) && s_labels.TryGetValue(output, out var fed)
            ? new Label($"Umpan balik {fed.Indonesian.ToLowerInvariant()}", $"{fed.English} feedback")
            : new Label(function, function);
    }

    public static IReadOnlyList<WiringRow> Of(BoardProfile profile)
    {
        var rows = new List<WiringRow>();
        foreach (var output in profile.Outputs)
        {
            rows.Add(Output(output));
            if (output.Feedback is { Input: { } line } feedback)
                rows.Add(Feedback(output.Function, line, feedback));
            else if (output.Feedback is { Current: { } sensor } current)
                rows.Add(new WiringRow(
                    null, sensor, LineClaims.FeedbackOf(output.Function), LabelOf(LineClaims.FeedbackOf(output.Function)), IsOutput: false,
                    string.Create(CultureInfo.InvariantCulture, $"> {current.AboveMilliamperes} mA"), "", "", "", "", "", "", ""));
        }

        foreach (var input in profile.Inputs)
            rows.Add(Input(input));
        return [.. rows.OrderBy(row => row.Pin ?? int.MaxValue)];
    }

    private static WiringRow Output(OutputLine output)
    {
        var (pin, place) = Place(output.To, isOutput: true);
        var gpio = LineClaims.GpioOf(output.To);
        return new WiringRow(
            pin, place, output.Function, LabelOf(output.Function), IsOutput: true,
            gpio is null && output.To.Card is not null ? "" : output.ActiveLow ? "low" : "high",
            gpio is { } number ? Header.IsPulledUpAtReset(number) ? "reset up" : "reset down" : "",
            output.Contact switch
            {
                RelayContact.NormallyOpen => "NO",
                RelayContact.NormallyClosed => "NC",
                _ => "",
            },
            output.OnCrash == CrashLevel.Hold ? "hold" : "off",
            output.Terminal ?? "", output.Wire ?? "", output.Load ?? "", output.Fuse ?? "");
    }

    private static WiringRow Feedback(string function, WiredTo to, OutputFeedback feedback)
    {
        var (pin, place) = Place(to, isOutput: false);
        return new WiringRow(
            pin, place, LineClaims.FeedbackOf(function), LabelOf(LineClaims.FeedbackOf(function)), IsOutput: false,
            feedback.ActiveLow ? "low" : "high", PullOf(to, feedback.Bias), "", "", "", "", "", "");
    }

    private static WiringRow Input(InputLine input)
    {
        if (input.Loop is { } loop)
            return new WiringRow(
                null, string.Create(CultureInfo.InvariantCulture, $"{loop.Device} A{loop.Channel}"), input.Function, LabelOf(input.Function),
                    IsOutput: false,
                string.Create(CultureInfo.InvariantCulture, $"{loop.PressedAboveVolts}…{loop.CutAboveVolts} V"), "", input.NormallyClosed
                    ? "NC" : "NO", "",
                input.Terminal ?? "", input.Wire ?? "", input.Load ?? "", "");
        var (pin, place) = Place(input.To ?? new WiredTo(), isOutput: false);
        return new WiringRow(
            pin, place, input.Function, LabelOf(input.Function), IsOutput: false, input.ActiveLow ? "low" : "high",
            PullOf(input.To, input.Bias), input.NormallyClosed ? "NC" : "NO", "", input.Terminal ?? "", input.Wire ?? "", input.Load ?? "", "");
    }

    private static string PullOf(WiredTo? to, LineBias bias) => to?.Card is not null ? "" : bias switch
    {
        LineBias.PullUp => "up",
        LineBias.PullDown => "down",
        LineBias.None => "none",
        _ => "as is",
    };

    private static (int? Pin, string Place) Place(WiredTo to, bool isOutput)
    {
        if (LineClaims.GpioOf(to) is { } gpio)
            return (Header.PinOf(gpio), string.Create(CultureInfo.InvariantCulture, $"GPIO{gpio}"));
        return to.Card is { } card
            ? (null, string.Create(CultureInfo.InvariantCulture, $"{card.Device} {(isOutput ? 'R' : 'I')}{card.Channel}"))
            : (to.Pin, to.Line ?? "?");
    }
}
