using Call112.Messages;
using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>The last path: a dispatch by SMS is one as any other, and no text works twice (decision 0018).</summary>
public class SmsTests
{
    [Fact]
    public void A_dispatch_by_SMS_sounds_and_its_later_copy_by_MQTT_is_a_duplicate()
    {
        var station = new StationDriver();
        station.Pass(0.1);
        var fire = Call.Fire();
        station.Send(new StationInput.SmsArrived(fire, 100));
        Assert.True(station.Outputs.HasFlag(Outputs.Siren));
        station.Pass(1);
        var before = station.Journal.Count;
        station.Send(fire);
        Assert.Equal([ReportEvent.Duplicate], station.Journal.Skip(before).Select(entry => entry.ReportOrNull!.Event));
        Assert.Equal([fire.DispatchId], station.State.Sms.Dispatches);
    }

    [Fact]
    public void A_replayed_text_never_sounds_again_also_not_after_a_restart()
    {
        var station = new StationDriver();
        station.Pass(0.1);
        var fire = Call.Fire();
        station.Send(new StationInput.SmsArrived(fire, 100));
        station.Touch(PanelAction.Complete, fire);
        station.Pass(5);
        station.Restart(TimeSpan.FromSeconds(10));
        station.Pass(1);
        station.Send(new StationInput.SmsArrived(Call.Medical(), 100));
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Equal("sms: replayed", station.Journal[^1].ReportOrNull!.Reason);
    }

    [Fact]
    public void A_text_that_was_overtaken_on_its_way_is_taken_once()
    {
        var station = new StationDriver();
        station.Send(new StationInput.SmsArrived(Call.Fire(), 101));
        var late = Call.Medical();
        station.Send(new StationInput.SmsArrived(late, 100));
        Assert.NotNull(station.State.Find(late.DispatchId));
        station.Send(new StationInput.SmsArrived(Call.Medical(), 100));
        Assert.Equal(ReportEvent.Rejected, station.Journal[^1].ReportOrNull!.Event);
    }

    /// <summary>
    /// Found by the seeded city: a modem was gone, the operator held both texts back, and the newer one came first. A counter is a time in seconds,
    /// so that a window of counters was a window of about a minute, and the older dispatch never sounded.
    /// </summary>
    [Fact]
    public void A_text_that_was_held_back_for_half_an_hour_is_taken_though_a_newer_one_came_first()
    {
        var station = new StationDriver();
        station.Send(new StationInput.SmsArrived(Call.Fire(), 1_795_559_850));
        var late = Call.Medical();
        station.Send(new StationInput.SmsArrived(late, 1_795_558_050));
        Assert.NotNull(station.State.Find(late.DispatchId));
        station.Send(new StationInput.SmsArrived(Call.Medical(), 1_795_558_050));
        Assert.Equal("sms: replayed", station.Journal[^1].ReportOrNull!.Reason);
    }

    /// <summary>Against a plain set: no counter is taken twice, and a new one is refused only below the newest that are kept.</summary>
    [Fact]
    public void The_window_takes_each_counter_once() => Gen.Long[1, 300].Array[1, 300].Sample(counters =>
    {
        var (window, taken) = (new SmsWindow(), new SortedSet<long>());
        foreach (var counter in counters)
        {
            var wanted = !taken.Contains(counter) && (taken.Count < SmsWindow.Kept || counter > taken.Reverse().ElementAt(SmsWindow.Kept - 1));
            if (window.Takes(counter) != wanted)
                throw new InvalidOperationException($"{counter} among {string.Join(' ', window.Accepted)}: taken {!wanted}");
            if (!wanted)
                continue;
            taken.Add(counter);
            window = window.With(counter, Guid.NewGuid());
            if (window.Accepted[^1] != taken.Max || window.Accepted.Length > SmsWindow.Kept || window.Dispatches.Length > SmsWindow.DispatchesMax)
                throw new InvalidOperationException("the window lost count");
        }
    });
}
