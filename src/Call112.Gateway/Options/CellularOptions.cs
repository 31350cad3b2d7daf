using Call112.Messages;
using Call112.Messages.Sms;
using Call112.Station;

namespace Call112.Gateway.Options;

/// <summary>The LTE modem, as ModemManager and NetworkManager serve it. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record CellularOptions
{
    /// <summary>IMEI of the modem, 14 to 16 digits; any modem when null. Never an index: it changes at every reset (F15).</summary>
    public string? Imei { get; init; }

    /// <summary>Name of the uplink whose proof says that the modem is useful.</summary>
    public string Uplink { get; init; } = "lte";

    /// <summary>NetworkManager's connection of the modem; without it the rung Reconnect is skipped.</summary>
    public string? Connection { get; init; }

    /// <summary>USB device of the modem under /sys/devices, for the time when ModemManager does not show it; else the one it showed last.</summary>
    public string? UsbPath { get; init; }

    /// <summary>Starts the modem's GNSS and leaves its port to gpsd.</summary>
    public bool Gnss { get; init; } = true;

    /// <summary>Time between two looks at the modem.</summary>
    public TimeSpan ObserveEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one call of a tool may take.</summary>
    public TimeSpan ToolDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>ModemManager's and NetworkManager's tools: a name on PATH, or a path.</summary>
    public string Mmcli { get; init; } = "mmcli";

    /// <inheritdoc cref="Mmcli"/>
    public string Nmcli { get; init; } = "nmcli";

    /// <summary>Command of the last rung; empty: the Pi is never rebooted.</summary>
    public IReadOnlyList<string> RebootCommand { get; init; } = ["systemctl", "reboot"];

    public LadderOptions Ladder { get; init; } = new();

    /// <summary>Every value outside its limits, by its path in station.json.</summary>
    public IEnumerable<FieldError> Validate()
    {
        if (Imei is { } imei && (imei.Length is < 14 or > 16 || !imei.All(char.IsAsciiDigit)))
            yield return new FieldError("cellular.imei", $"'{imei}' must be 14 to 16 digits");
        if (Connection is { } connection && (connection.Length is 0 or > 100 || connection[0] == '-' || connection.Any(char.IsControl)))
            yield return new FieldError("cellular.connection", "must be the name of a NetworkManager connection, 1 to 100 characters, not beginning with '-'");
        if (UsbPath is { } usb && (!usb.StartsWith("/sys/devices/", StringComparison.Ordinal) || usb.Split('/').Contains("..")))
            yield return new FieldError("cellular.usbPath", $"'{usb}' must be a path below /sys/devices/");
        if (ObserveEvery.TotalSeconds is < 5 or > 600)
            yield return new FieldError("cellular.observeSeconds", "must be from 5 to 600 s");
        if (ToolDeadline.TotalSeconds is < 1 or > 120)
            yield return new FieldError("cellular.toolDeadlineSeconds", "must be from 1 to 120 s");
        if (Mmcli.Length == 0)
            yield return new FieldError("cellular.mmcli", "must be a name on PATH, or a path");
        if (Nmcli.Length == 0)
            yield return new FieldError("cellular.nmcli", "must be a name on PATH, or a path");
        if (RebootCommand.Count > 16 || RebootCommand.Any(string.IsNullOrEmpty))
            yield return new FieldError("cellular.rebootCommand", "must be a command and its arguments, at most 16 in all, none of them empty");
        foreach (var error in Ladder.Validate())
            yield return error;
    }
}

/// <summary>The last path (decision 0018).</summary>
public sealed record SmsOptions
{
    /// <summary>The key that station and centre share.</summary>
    public required SmsKey Key { get; init; }

    /// <summary>Its file, read at start; null when the key stands in station.json itself.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Number of the centre's SMS gateway, <c>+62…</c>.</summary>
    public required string ReplyTo { get; init; }

    /// <summary>Numbers that texts are taken from; from any when empty. The seal decides either way.</summary>
    public IReadOnlyList<string> AllowFrom { get; init; } = [];

    /// <summary>Time between two looks for texts while every uplink is down.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same while an uplink is up: texts are taken then, too.</summary>
    public TimeSpan IdlePollEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True for <c>+</c> and 6 to 15 digits (E.164), or a short code of 3 to 8 digits.</summary>
    public static bool IsNumber(string? number) => number is not null
        && (number.StartsWith('+') ? number.Length is >= 7 and <= 16 && number.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0
            : number.Length is >= 3 and <= 8 && number.All(char.IsAsciiDigit));
}
