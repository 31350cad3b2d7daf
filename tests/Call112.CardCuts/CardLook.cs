using System.Buffers.Binary;
using System.IO.Hashing;
using Call112.System.Tests.Toolkit;
using Microsoft.Data.Sqlite;

namespace Call112.CardCuts;

/// <summary>What a box would find on a card after a power cut, looked for in the way that it looks itself. Each look gives null, or what is wrong.</summary>
internal static class CardLook
{
    /// <summary>
    /// F1: the file system of data needs no more than a look, the journal opens whole, and every dispatch that was acknowledged before the cut is in it.
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

    /// <summary>The boot state is one sector: after any cut it has its checksum, so that the choice between the systems is never a guess.</summary>
    public static string? AtBootState(string bootState)
    {
        Span<byte> sector = stackalloc byte[BlockLog.SectorBytes];
        using var file = File.OpenRead(bootState);
        file.ReadExactly(sector);
        return BinaryPrimitives.ReadUInt32LittleEndian(sector) == Crc32.HashToUInt32(sector[4..]) ? null : "its checksum does not fit";
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

    /// <summary>As the initramfs does it: what e2fsck leaves for a person is damage. Then a second, whole look, which must find nothing.</summary>
    private static string? AtData(string data)
    {
        if (Tool.Run("e2fsck", "-p", data) is (>= 4, var output))
            return $"data needs more than a look: {output.ReplaceLineEndings(" ")}";
        return Tool.Run("e2fsck", "-fn", data) is (not 0, var whole) ? $"data is damaged: {whole.ReplaceLineEndings(" ")}" : null;
    }
}
