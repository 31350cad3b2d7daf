using Call112.Simulation.Disk;

namespace Call112.Simulation.Tests.Disk;

/// <summary>What of a file survives a power cut: nothing less than was promised, and anything else that may (F1, F3).</summary>
public sealed class SimulatedFileTests
{
    private const int Sector = SimulatedFile.SectorBytes;

    /// <summary>F1: what was flushed stays, byte for byte, whatever was written around it later.</summary>
    [Fact]
    public void Flushed_bytes_survive_every_power_cut()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var dice = new Random(seed);
            var file = new SimulatedFile();
            file.Write(Filled(3_000, 1), 0);
            file.Sync();
            for (var i = dice.Next(5); i >= 0; i--)
                file.Write(Filled(dice.Next(1, 2_000), 2), 3_000 + dice.Next(5_000));
            file.CutPower(dice);
            Assert.True(file.ToArray().AsSpan(0, 3_000).SequenceEqual(Filled(3_000, 1)), $"seed {seed}");
        }
    }

    /// <summary>F1: a page of 4,096 bytes is torn at sectors, and every sector is the old or the new one.</summary>
    [Fact]
    public void A_torn_write_is_old_or_new_sector_by_sector()
    {
        var torn = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var file = new SimulatedFile();
            file.Write(Filled(4_096, 1), 0);
            file.Sync();
            file.Write(Filled(4_096, 2), 0);
            file.CutPower(new Random(seed));
            var bytes = file.ToArray();
            Assert.Equal(4_096, bytes.Length);
            for (var at = 0; at < bytes.Length; at += Sector)
                Assert.True(bytes.AsSpan(at, Sector).IndexOfAnyExcept(bytes[at]) < 0, $"seed {seed}: a sector in two parts");
            torn += bytes.Contains((byte)1) && bytes.Contains((byte)2) ? 1 : 0;
        }

        Assert.InRange(torn, 50, 250);
    }

    /// <summary>F1: the kernel writes in an order of its own; a later write may be there without an earlier one.</summary>
    [Fact]
    public void Unflushed_writes_survive_in_any_subset()
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 1_000; seed++)
        {
            var file = new SimulatedFile();
            file.Write(Filled(3 * Sector, 1), 0);
            file.Sync();
            for (var i = 0; i < 3; i++)
                file.Write(Filled(Sector, 2), i * Sector);
            file.CutPower(new Random(seed));
            var bytes = file.ToArray();
            seen.Add($"{bytes[0]}{bytes[Sector]}{bytes[2 * Sector]}");
        }

        Assert.Equal(8, seen.Count);
    }

    [Fact]
    public void An_unflushed_truncation_may_come_back_with_its_bytes()
    {
        var lengths = new HashSet<long>();
        for (var seed = 0; seed < 50; seed++)
        {
            var file = new SimulatedFile();
            file.Write(Filled(40_000, 7), 0);
            file.Sync();
            file.Truncate(100);
            file.CutPower(new Random(seed));
            lengths.Add(file.Length);
            Assert.Equal(Filled((int)file.Length, 7), file.ToArray());
        }

        Assert.Equal([100, 40_000], lengths.Order());
    }

    /// <summary>F3: after a flush that failed the page cache shows what the disk never gets, and later flushes do not bring it there.</summary>
    [Fact]
    public void What_a_failed_flush_lost_stays_lost_though_it_is_seen()
    {
        var lost = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var dice = new Random(seed);
            var file = new SimulatedFile();
            file.Write(Filled(Sector, 1), 0);
            file.FailSync(dice);
            file.Write(Filled(Sector, 2), Sector);
            file.Sync();
            Assert.Equal([.. Filled(Sector, 1), .. Filled(Sector, 2)], file.ToArray());
            file.CutPower(dice);
            var bytes = file.ToArray();
            Assert.Equal(2 * Sector, bytes.Length);
            Assert.Equal(Filled(Sector, 2), bytes[Sector..]);
            lost += bytes[0] == 1 ? 0 : 1;
        }

        Assert.InRange(lost, 20, 80);
    }

    /// <summary>A hole reads as zeros, also where a longer file ended before.</summary>
    [Fact]
    public void Bytes_between_the_end_and_a_write_beyond_it_are_zeros()
    {
        var file = new SimulatedFile();
        file.Write(Filled(20_000, 9), 0);
        file.Truncate(10);
        file.Write(Filled(10, 9), 30_000);
        var bytes = file.ToArray();
        Assert.Equal(30_010, bytes.Length);
        Assert.True(bytes.AsSpan(10, 29_990).IndexOfAnyExcept((byte)0) < 0);
    }

    private static byte[] Filled(int count, byte value)
    {
        var bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
