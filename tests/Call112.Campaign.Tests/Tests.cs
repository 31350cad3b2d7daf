using System.Runtime.CompilerServices;

namespace Call112.Campaign.Tests;

/// <summary>Where the sources of the tests are.</summary>
internal static class Tests
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    private static string Here([CallerFilePath] string path = "") => path;
}
