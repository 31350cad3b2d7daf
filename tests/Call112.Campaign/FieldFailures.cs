using System.Globalization;

namespace Call112.Campaign;

/// <summary>One way in which comparable systems broke in the field. The numbers are fixed: tests, docstrings and issues cite them.</summary>
/// <param name="What">What happened there, in one line.</param>
/// <param name="Missing">What nothing here shows yet, and who owes it; null when the tests show all that can be shown without a Pi.</param>
public sealed record FieldFailure(int Number, string What, string? Missing = null)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"F{Number}");
}

/// <summary>
/// The list that the page accounts for, line by line. A line leaves <see cref="FieldFailure.Missing"/> when the tests that it waits for exist:
/// whoever builds them changes it here.
/// </summary>
public static class FieldFailures
{
    public const int Count = 21;

    public static IReadOnlyList<FieldFailure> All { get; } =
    [
        new(1, "A power cut took away what had been acknowledged.",
            "a card in a Pi whose supply is cut (real Pi)"),
        new(2, "A corrupt, empty or foreign database or configuration at boot kept the box from starting."),
        new(3, "The disk was full, worn out or read-only; logs ate it.",
            "a card that is worn out (real Pi)"),
        new(4, "A box without a real-time clock started in 1970: certificates not valid yet, every message stale."),
        new(5, "The clock was set while the box ran: timers froze, pings stopped, GPS gave years that are gone."),
        new(6, "The same message took effect twice."),
        new(7, "An old or retained command fired an output at the next reconnect."),
        new(8, "All clients came back in the same second; or one hammered a broker that kicks; or one waited for minutes."),
        new(9, "A line that carried nothing looked connected for minutes or hours.",
            "half-open lines over a real operator's NAT (real Pi)"),
        new(10, "Started without network it never recovered; or it was connected and sent nothing."),
        new(11, "A relay pulsed at start, or stayed on after a crash.",
            "a pin under a logic analyser (real Pi)"),
        new(12, "A button died silently, bounced, or stuck.",
            "a real panic button on 10 m of cable beside a siren (real Pi)"),
        new(13, "A certificate expired, or a new one needed a restart."),
        new(14, "The broker forgot the session, or its queue overflowed without a word."),
        new(15, "The LTE modem vanished, changed its name, or hung.",
            "a real modem that is unplugged, reset and without supply (real Pi)"),
        new(16, "The service manager gave up restarting.",
            "on a real Pi; deploy-pi/test-deb kills the packaged service twenty times under systemd"),
        new(17, "The process was alive and useless: the watchdog was petted while the loop hung.",
            "a real Pi's watchdog; deploy-pi/test-deb stops the packaged service, deploy-pi/test-image a whole system in QEMU"),
        new(18, "Memory grew for weeks."),
        new(19, "A pushed configuration or an update wiped the state, or ran again and again.",
            "a Pi whose supply is cut in mid-update (real Pi)"),
        new(20, "A cloned card: two boxes under one identity threw each other out."),
        new(21, "A backlog held up what was urgent."),
    ];

    /// <summary>The number behind <c>F7</c>, or null if it names no failure of the list.</summary>
    public static int? NumberOf(string id) =>
        id.Length is 2 or 3 && id[0] == 'F'
            && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Count
            ? number
            : null;
}
