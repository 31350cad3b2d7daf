namespace Call112.Gateway.Provisioning;

/// <summary>
/// The file operations of provisioning. Each is on the disk when it returns, so that a power cut (F1) leaves a file whole or absent, and their order
/// is the order on the disk. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
/// <param name="after">Called after every single step with its name; a test stops there, as a power cut would.</param>
internal sealed class DurableFiles(Action<string>? after = null)
{
    /// <summary>Ends the name of a file that is being written beside the one that it will replace.</summary>
    public const string NewSuffix = ".new";

    /// <summary>Bytes that are overwritten in one step: a sector, of which a cut leaves the old or the new.</summary>
    public const int WipeBytes = 512;

    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <summary>
    /// Writes a file whole beside the one that it will replace. A full disk shows here, while nothing has changed. Mode 0640.
    /// </summary>
    /// <param name="group">Whom it is given to; null leaves the group as it comes.</param>
    public void Prepare(string path, ReadOnlySpan<byte> content, uint? group = null)
    {
        var next = path + NewSuffix;
        // A file that a cut left behind has the mode and the group of then.
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerAndGroup;
        using (var file = new FileStream(next, options))
        {
            // The process's umask may have taken the group's right away.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file.SafeFileHandle, OwnerAndGroup);
            if (group is { } id)
                LibC.GiveToGroup(file.SafeFileHandle, id, next);
            file.Write(content);
            Done("written", next);
            file.Flush(flushToDisk: true);
        }

        Done("flushed", next);
    }

    /// <summary>Puts the prepared file in place of the one that may be there.</summary>
    public void Commit(string path)
    {
        Rename(path + NewSuffix, path);
        SyncFolderOf(path);
    }

    /// <summary>Writes a file in its place, for people to read: half of it costs nothing. FAT keeps neither mode nor group.</summary>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
            Done("written", path);
            file.Flush(flushToDisk: true);
        }

        Done("flushed", path);
        SyncFolderOf(path);
    }

    /// <summary>
    /// Overwrites every byte of a file with zero, where the bytes lie, and keeps its length. On an SD card the controller may keep the former flash
    /// page all the same; nobody reads that without taking the card's controller away.
    /// </summary>
    public void Zero(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        Span<byte> zeros = stackalloc byte[WipeBytes];
        zeros.Clear();
        for (var left = file.Length; left > 0; left -= WipeBytes)
        {
            file.Write(zeros[..(int)Math.Min(left, WipeBytes)]);
            Done("overwritten", path);
        }

        file.Flush(flushToDisk: true);
        Done("zeros flushed", path);
    }

    /// <summary>Nothing happens when there is no such file.</summary>
    public void Delete(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        Done("deleted", path);
        SyncFolderOf(path);
    }

    /// <summary>Gives a file another name. Durable after <see cref="SyncFolderOf"/>.</summary>
    public void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        Done("renamed to", to);
    }

    public void SyncFolderOf(string path)
    {
        LibC.SyncFolder(Path.GetDirectoryName(path)!);
        Done("folder flushed of", path);
    }

    /// <summary>True for what a disk, a card or its rights do to a file operation; all else is a defect.</summary>
    public static bool IsDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    private void Done(string what, string path) => after?.Invoke($"{what} {Path.GetFileName(path)}");
}
