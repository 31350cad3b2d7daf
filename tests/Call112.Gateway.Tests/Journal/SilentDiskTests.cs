using Call112.Gateway.Journal;
using Call112.Gateway.Tests.World;

namespace Call112.Gateway.Tests.Journal;

/// <summary>F3: a disk that hangs gives no error for as long as it hangs. F20: a journal has one owner.</summary>
public sealed class SilentDiskTests
{
    /// <summary>A fault once, when the time is over; a transaction that ended in time is none, however late its timer comes.</summary>
    [Fact]
    public void A_transaction_that_takes_too_long_is_told_once_and_one_that_ended_is_not()
    {
        var clock = new TestClock();
        var told = 0;
        using var watch = new SilenceWatch(clock, () => told++);
        watch.Begin();
        clock.Advance(SilenceWatch.SilentAfter / 2);
        Assert.False(watch.End());
        watch.Begin();
        clock.Advance(SilenceWatch.SilentAfter * 0.75);
        Assert.Equal(0, told);
        clock.Advance(SilenceWatch.SilentAfter * 5);
        Assert.Equal(1, told);
        Assert.True(watch.IsSilent);
        Assert.True(watch.End());
        Assert.False(watch.IsSilent);
        clock.Advance(SilenceWatch.SilentAfter * 5);
        Assert.Equal(1, told);
    }

    /// <summary>The order of PUBACKs is the order of arrival (MQTT-4.6.0-2), whoever lets them go.</summary>
    [Fact]
    public void Acknowledgements_run_once_and_in_their_order()
    {
        var waiting = new Acknowledgements();
        var ran = new List<int>();
        var numbers = Enumerable.Range(1, 6).Select(i => waiting.Add(() => ran.Add(i))).ToList();
        waiting.RunUpTo(numbers[1]);
        Assert.Equal([1, 2], ran);
        waiting.RunDownTo(2);
        Assert.Equal([1, 2, 3, 4], ran);
        waiting.RunUpTo(numbers[2]);
        Assert.Equal([1, 2, 3, 4], ran);
        waiting.RunUpTo(numbers[5]);
        Assert.Equal([1, 2, 3, 4, 5, 6], ran);
    }

    /// <summary>
    /// F20: a second one would number against the first. The lock goes with its owner, and a folder that cannot hold it keeps nobody off
    /// (F3).
    /// </summary>
    [Fact]
    public void A_journal_has_one_owner_until_that_one_goes()
    {
        var folder = Directory.CreateTempSubdirectory("call112-owner-");
        var path = Path.Combine(folder.FullName, "journal.db");
        using (var first = JournalOwner.Of(path))
        {
            Assert.NotNull(first);
            Assert.Null(JournalOwner.Of(path));
        }

        using (var next = JournalOwner.Of(path))
            Assert.NotNull(next);
        File.WriteAllText(Path.Combine(folder.FullName, "file"), "");
        using (var nowhere = JournalOwner.Of(Path.Combine(folder.FullName, "file", "journal.db")))
            Assert.NotNull(nowhere);
        folder.Delete(recursive: true);
    }
}
