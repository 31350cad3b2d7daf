using Call112.System.Tests.Toolkit;
using Microsoft.Data.Sqlite;

namespace Call112.CardCuts;

/// <summary>What a box would find on a card after a power cut, looked for in the way that it looks itself. Each look gives null, or what is wrong.</summary>
internal static class CardLook
{
    /// <summary>
    /// F1: the file system of data mends itself, the journal opens whole, and every dispatch that was acknowledged before the cut is in it.
    /// </summary>
    public static string? AtJournal(string data, string folder, IReadOnlyCollection<Guid> acknowledged)
    {
        if (AtData(data) is { } damage)
            return damage;
        foreach (var name in (string[])["journal.db", "journal.db-wal", "journal.db-shm"])
            File.Delete(Path.Combine(folder, name));
        foreach (var name in (string[])["journal.db", "journal.db-wal"])
            Tool.Run("debugfs", "-R", $"dump /journal/{name} {Path.Combine(folder, name)}", data);
        try
        {
            var kept = JournalBooks.DispatchesIn(Path.Combine(folder, "journal.db"));
            var lost = acknowledged.Count(dispatch => !kept.Contains(dispatch));
            return lost == 0 ? null : $"{lost} of {acknowledged.Count} acknowledged dispatches are gone";
        }
        catch (Exception e) when (e is InvalidDataException or SqliteException)
        {
            return $"the journal: {e.Message}";
        }
        finally
        {
            SqliteConnection.ClearAllPools();
        }
    }

    /// <summary>The boot state names the system that was written only when that one is whole.</summary>
    public static string? AtNewSystem(InstalledFiles files, string boot, string root)
    {
        if (!BeginsWith(boot, files.Boot))
            return "the boot state names B, whose boot partition is not whole";
        return BeginsWith(root, files.Root) ? null : "the boot state names B, whose root is not whole";
    }

    /// <summary>The technician's file is whole on the card, or in force: no cut between the two takes it from both.</summary>
    public static string? AtStationFile(string card, string data, string folder, byte[] original)
    {
        if (AtData(data) is { } damage)
            return damage;
        var found = Path.Combine(folder, "station.json");
        File.Delete(found);
        Tool.Run("fsck.vfat", "-a", card);
        Tool.Run("mcopy", "-n", "-i", card, "::/station.json", found);
        if (File.Exists(found) && File.ReadAllBytes(found).AsSpan().SequenceEqual(original))
            return null;
        File.Delete(found);
        Tool.Run("debugfs", "-R", $"dump /station/station.json {found}", data);
        return File.Exists(found) && File.ReadAllBytes(found).AsSpan().SequenceEqual(original) ? null : "station.json is whole neither on the card nor in force";
    }

    private static bool BeginsWith(string partition, string content)
    {
        const int Piece = 1 << 20;
        var (there, wanted) = (new byte[Piece], new byte[Piece]);
        using var one = File.OpenRead(partition);
        using var other = File.OpenRead(content);
        while (other.ReadAtLeast(wanted, Piece, throwOnEndOfStream: false) is > 0 and var length)
            if (one.ReadAtLeast(there.AsSpan(0, length), length, throwOnEndOfStream: false) != length
                || !there.AsSpan(0, length).SequenceEqual(wanted.AsSpan(0, length)))
                return false;
        return true;
    }

    /// <summary>
    /// As the initramfs does it: first what e2fsck mends by itself, then, for a superblock whose two sectors are of two writes, what its copies and the
    /// journal give. Then a whole look, which must find nothing.
    /// </summary>
    private static string? AtData(string data)
    {
        if (Tool.Run("e2fsck", "-p", data).ExitCode >= 4)
            Tool.Run("e2fsck", "-y", data);
        return Tool.Run("e2fsck", "-fn", data) is (not 0, var whole) ? $"data is damaged: {whole.ReplaceLineEndings(" ")}" : null;
    }
}
