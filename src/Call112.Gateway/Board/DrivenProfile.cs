using Call112.Gateway.Options;

namespace Call112.Gateway.Board;

/// <summary>
/// The profile that this run drives, copied to the folder which the service manager made for it (<c>RUNTIME_DIRECTORY</c>, systemd.exec(5)).
/// <c>board safe</c> reads it there after the process was killed (F11): whatever became of station.json meanwhile, the outputs that the dead
/// process held are the ones that are switched off.
/// </summary>
internal static class DrivenProfile
{
    public const string FileName = "board.json";

    /// <summary>Writes the copy before a line is requested.</summary>
    /// <param name="runtimeDirectory">One folder or several with colons between them, the first is taken; null outside a service manager.</param>
    /// <returns>Null, or why there is no copy: no reason not to start, for it is the last of four ways to the safe state.</returns>
    public static string? Leave(BoardOptions board, string? runtimeDirectory)
    {
        if (board.Cabinet is null || string.IsNullOrEmpty(runtimeDirectory))
            return null;
        var path = Path.Combine(runtimeDirectory.Split(':')[0], FileName);
        try
        {
            File.Copy(board.Profile, path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {e.Message}";
        }
    }
}
