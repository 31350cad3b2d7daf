namespace Call112.Gateway.Journal;

/// <summary>
/// Keeps a second service off the journal: two would number their reports against each other, and each would take the other's entries for
/// damage (F20). A lock of the kernel on a file beside the journal, gone with its process however that ends.
/// </summary>
internal sealed class JournalOwner : IDisposable
{
    /// <summary>errno of a lock that somebody else holds; .NET hands it on as it is.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream? _lock;

    private JournalOwner(FileStream? held) => _lock = held;

    /// <summary>
    /// Null when another process owns the journal. A disk that cannot hold the lock is no reason to stay silent (F3): then nobody is kept
    /// off.
    /// </summary>
    public static JournalOwner? Of(string journalPath)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(journalPath)) is { } folder)
                Directory.CreateDirectory(folder);
            return new JournalOwner(new FileStream(journalPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None,
                bufferSize: 0));
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new JournalOwner(null);
        }
    }

    public void Dispose() => _lock?.Dispose();
}
