namespace Call112.Gateway.Journal;

/// <summary>
/// What the journal needs of the machine beside SQLite: the few file operations around its file, and SQLite's own way to the
/// disk. <see cref="Machine"/> is the real one; the simulated city puts a disk in memory in its place, which can lose power.
/// </summary>
public class JournalDisk
{
    /// <summary>The file system of this machine.</summary>
    public static JournalDisk Machine { get; } = new();

    /// <summary>The name of the virtual file system that SQLite opens its files with, or null for its default.</summary>
    public virtual string? Vfs => null;

    public virtual bool Exists(string path) => File.Exists(path);

    /// <summary>The file's length in bytes, or null when there is no such file.</summary>
    public virtual long? LengthOf(string path) => new FileInfo(path) is { Exists: true, Length: var length } ? length : null;

    /// <summary>Reads the first bytes of a file; gives how many there were.</summary>
    public virtual int ReadStart(string path, Span<byte> to)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return file.ReadAtLeast(to, to.Length, throwOnEndOfStream: false);
    }

    /// <summary>Gives a file another name in its folder, in place of a file that has that name. Throws <see cref="IOException"/>.</summary>
    public virtual void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Makes the folder that the file is to lie in, with those above it. Throws <see cref="IOException"/>.</summary>
    public virtual void CreateFolderOf(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
    }
}
