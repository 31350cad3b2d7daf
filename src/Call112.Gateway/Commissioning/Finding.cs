using Call112.Messages;

namespace Call112.Gateway.Commissioning;

/// <summary>How one run of a test ended.</summary>
/// <param name="Seen">What decided, in English: it goes into the record.</param>
internal readonly record struct Finding(AcceptanceResult Result, string Seen)
{
    public static Finding Passed(string seen) => new(AcceptanceResult.Passed, seen);

    public static Finding Failed(string seen) => new(AcceptanceResult.Failed, seen);

    public static Finding NotPresent(string seen) => new(AcceptanceResult.NotPresent, seen);
}
