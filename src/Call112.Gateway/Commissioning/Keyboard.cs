using System.Runtime.InteropServices;

namespace Call112.Gateway.Commissioning;

/// <summary>The terminal's keyboard, as far as .NET does not offer it.</summary>
internal static partial class Keyboard
{
    private const int StandardInput = 0, Received = 0;

    /// <summary>
    /// Drops what has been typed and not been read (tcflush(3), TCIFLUSH). Where standard input is no terminal it does nothing, and nothing depends on it.
    /// </summary>
    public static void ForgetTyped() => _ = tcflush(StandardInput, Received);

    [LibraryImport("libc")]
    private static partial int tcflush(int terminal, int queue);
}
