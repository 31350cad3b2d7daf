namespace Call112.Gateway.Board.Profiles;

public enum Severity
{
    /// <summary>Known, and answered by a remedy that the profile states; or worth knowing on site.</summary>
    Note,

    /// <summary>Works, and has a weakness that somebody should remove.</summary>
    Warning,

    /// <summary>The start is refused.</summary>
    Error,
}

/// <summary>What <see cref="ProfileCheck"/> can find. The names are printed and are the words of a profile's remedies.</summary>
public enum FindingRule
{
    /// <summary>A value beyond its limits, or one of several fields that exclude each other.</summary>
    Value,
    UnknownFunction,
    FunctionTwice,
    MissingFunction,
    LineTwice,
    HatPin,
    HatConflict,
    HatUnverified,
    ReservedPin,
    PinMismatch,
    WrongPull,
    Bias,
    Contact,
    Crash,
    CardKeepsState,
    Fuse,
    AddressClash,
    UnknownDevice,
    DeviceKind,
    Channel,
    LoopWindows,
    Feedback,
    ConfigTxt,
    Chip,
    RemedyUnused,
}

/// <summary>One thing that is wrong, weak or worth knowing in a profile.</summary>
/// <param name="Field">Path in the JSON, for example <c>outputs[0].to.gpio</c>.</param>
/// <param name="Function">The function concerned, or empty.</param>
/// <param name="Where">The line with its physical pin, the relay, or the I²C address; or empty.</param>
/// <param name="Remedy">What to do; for a note what was done.</param>
/// <param name="FileLine">Line of the file, from 1; 0 when it is not known.</param>
public sealed record Finding(Severity Severity, FindingRule Rule, string Field, string Function, string Where, string What, string Remedy,
    int FileLine = 0)
{
    /// <summary>All but severity and place in the file: <c>siren, GPIO26 (pin 37): … Remedy: …</c>.</summary>
    public string Text
    {
        get
        {
            var head = string.Join(", ", new[] { Function, Where }.Where(part => part.Length > 0));
            return $"{(head.Length > 0 ? head + ": " : "")}{What}. {(Severity == Severity.Note ? "" : "Remedy: ")}{Remedy}.";
        }
    }
}
