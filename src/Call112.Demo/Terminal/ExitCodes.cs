namespace Call112.Demo.Terminal;

/// <summary>How the program ends.</summary>
internal static class ExitCodes
{
    /// <summary>All was as it should be.</summary>
    public const int Done = 0;

    /// <summary>Something was not seen, lost, heard twice or not reported.</summary>
    public const int Wrong = 1;

    /// <summary>The run could not begin: file, broker, port, option.</summary>
    public const int CannotStart = 2;

    /// <summary>Ended by a signal.</summary>
    public const int Interrupted = 130;
}
