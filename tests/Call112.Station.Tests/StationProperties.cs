using Call112.Messages;
using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>What must hold for any story. A failure prints its seed; give it to <c>Sample(seed: ...)</c> or <c>CsCheck_Seed</c> to see it again.</summary>
public class StationProperties
{
    /// <summary>One act of a story: what, to which of the dispatches, how much.</summary>
    private static readonly Gen<(int What, int Which, int Much)[]> s_story =
        Gen.Select(Gen.Int[0, Story.Acts - 1], Gen.Int[0, Story.Calls - 1], Gen.Int[0, 99]).Array[1, 40];

    [Fact]
    public void Any_story_keeps_the_invariants_of_a_station() => s_story.Sample(story => new Story().Play(story), iter: 250);

    [Fact]
    public void The_same_story_gives_the_same_entries_the_same_state_and_the_same_outputs() => s_story.Sample(story =>
    {
        var (first, second) = (new Story(), new Story());
        first.Play(story);
        second.Play(story);
        Assert.Equal(StateText.Full(first.Station.State), StateText.Full(second.Station.State));
        Assert.Equal(first.Station.Journal.Select(StateText.Write), second.Station.Journal.Select(StateText.Write));
    }, iter: 50);

    /// <summary>F1: whatever happened, a restart leads back to where the station was.</summary>
    [Fact]
    public void The_replayed_journal_gives_the_same_durable_state_and_the_same_outputs() => s_story.Sample(story =>
    {
        var played = new Story();
        played.Play(story);
        var station = played.Station;
        var replayed = station.Journal.Aggregate(StationState.Empty, (state, entry) => state.With(entry));
        Assert.Equal(StateText.Durable(station.State), StateText.Durable(replayed));
        for (var ahead = 0; ahead < 700; ahead += 7)
        {
            var at = station.Now.Monotonic + TimeSpan.FromMilliseconds(ahead * 1000 + 130);
            Assert.Equal(Annunciation.Of(station.State with { Senses = Senses.None }, station.Options, at), Annunciation.Of(replayed, station.Options, at));
        }
    }, iter: 60);

    /// <summary>F6: copies, amendments and cancels in any order.</summary>
    [Fact]
    public void No_order_and_no_repetition_of_messages_sounds_anything_twice() => Gen.Int[0, 3].Array[1, 30].Sample(order =>
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        Dispatch[] messages = [fire, fire.Update(), fire.Update().Update(priority: 1), fire.Cancel()];
        foreach (var index in order)
        {
            station.Send(messages[index]);
            station.Pass(StationDriver.Step);
        }

        var soundings = station.Journal.OfType<JournalEntry.DispatchStored>().Where(entry => entry.Sounds).ToList();
        Assert.Equal(soundings.Count, soundings.Select(entry => entry.Dispatch.Revision).Distinct().Count());
        Assert.InRange(soundings.Count, 0, 2);
        if (order.Contains(3))
            Assert.False(station.State.AnyWaits);
        else
            Assert.Equal(order.Max(), station.Open(fire)!.Dispatch.Revision);
        // What was cancelled first never sounded at all.
        if (order[0] == 3)
            Assert.Empty(soundings);
    });

    /// <summary>F6: redelivery of a whole queue, of at most as many copies as are told one by one (F3, decision 0011).</summary>
    [Fact]
    public void Every_alert_of_any_shuffled_backlog_with_copies_sounds_exactly_once() => Gen.Int[0, 9].Array[1, 50].Sample(order =>
    {
        var station = new StationDriver();
        var calls = Enumerable.Range(0, 10).Select(i => Call.Alert((Category)(i % 8))).ToList();
        foreach (var index in order)
            station.Send(calls[index]);
        var soundings = station.Journal.OfType<JournalEntry.DispatchStored>().Where(entry => entry.Sounds).Select(entry => entry.Dispatch.DispatchId).ToList();
        Assert.Equal(soundings.Count, soundings.Distinct().Count());
        Assert.Equal(order.Distinct().Count(), soundings.Count);
        Assert.Equal(order.Length - soundings.Count, station.Reports.Count(report => report.Event == ReportEvent.Duplicate));
    });

    [Fact]
    public void Whatever_drills_are_on_an_actual_alert_sounds_its_own_cadence_at_once() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2].Array[0, 6], Gen.Int[0, 700]).Sample((category, before, seconds) =>
        {
            var station = new StationDriver();
            foreach (var kind in before)
                station.Send(kind == 0 ? Call.Drill() : kind == 1 ? Call.Test() : Call.Discreet());
            station.Pass(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(1));
            var actual = Call.Alert(category == 6 ? Category.Other : (Category)category);
            station.Send(actual);
            var alone = new StationDriver();
            alone.Send(Call.Alert(actual.Incident!.Category));
            Assert.Equal(alone.Watch(Outputs.Siren, TimeSpan.FromSeconds(5)), station.Watch(Outputs.Siren, TimeSpan.FromSeconds(5)));
        }, iter: 60);

    [Fact]
    public void An_alert_lit_by_nobody_always_ends() => Gen.Int[1, 100_000].Sample(seconds =>
    {
        var station = new StationDriver();
        station.Send(Call.Fire().Living(TimeSpan.FromSeconds(seconds)));
        station.Pass(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(30));
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Empty(station.State.Alerts);
    }, iter: 40);
}
