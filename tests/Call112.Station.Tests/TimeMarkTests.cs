using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>
/// F1, F3: time is journaled while a siren has time left, until one mark stands behind its limit: a power cut then repeats no burst, and after it
/// nothing wears the card.
/// </summary>
public class TimeMarkTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void An_alert_is_marked_until_an_entry_stands_at_the_limit_of_its_siren(int ticks, bool marked)
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        AssertMarked(station, station.State.Alerts.Single().SoundsSince, ticks, marked);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void Panic_that_sounds_is_marked_until_an_entry_stands_at_the_limit_of_its_siren(int ticks, bool marked)
    {
        var station = new StationDriver(new StationOptions { Id = "pkm-gogagoman", PanicSiren = true });
        station.Press(Inputs.Panic);
        AssertMarked(station, station.State.Alarms.Single().Since, ticks, marked);
    }

    [Fact]
    public void Where_panic_would_sound_no_other_trouble_is_marked()
    {
        var station = new StationDriver(new StationOptions { Id = "pkm-gogagoman", PanicSiren = true });
        station.Pass(60);
        station.Held = Inputs.MainsFail;
        station.Pass(60);
        Assert.True(station.State.Stands(ReportEvent.MainsLost));
        Assert.Empty(station.Journal.OfType<JournalEntry.TimeMarked>());
    }

    /// <summary>What has become due is reported at the limit, or just before it; the next mark would be due ten seconds later.</summary>
    private static void AssertMarked(StationDriver station, TimeSpan since, int ticks, bool marked)
    {
        station.Now = station.Now.After(since + station.Timing.SirenLimit + (ticks * s_tick) - station.Now.Monotonic);
        station.Send(new StationInput.Tick());
        Assert.Equal(station.Now.Monotonic, station.State.LastEntryAt);
        station.Now = station.Now.After(station.Timing.TimeMarkEvery);
        Assert.Equal(marked, station.Send(new StationInput.Tick()).OfType<JournalEntry.TimeMarked>().Any());
    }
}
