using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>The contract's "Dispatch life on the centre's side", as sentences.</summary>
public class DispatchBookTests
{
    private readonly BookBench _bench = new();

    [Fact]
    public void A_dispatch_is_stored_before_it_is_published_and_carries_its_time_to_live()
    {
        var effects = _bench.Do(new CreateDispatch(_bench.Id(), new DispatchDraft(new IncidentDraft(Category.Fire), [BookBench.Station]))).ToList();

        var publish = Assert.Single(effects.OfType<PublishDispatch>());
        Assert.True(effects.FindIndex(e => e is StoreDispatch) < effects.IndexOf(publish));
        Assert.True(effects.FindIndex(e => e is StoreTarget) < effects.IndexOf(publish));
        Assert.Equal("call112/v1/stations/pkm-gogagoman/dispatch", publish.Topic);
        Assert.Equal(TimeSpan.FromMinutes(15), publish.Expiry);
        Assert.Equal(_bench.Now.Wall + TimeSpan.FromMinutes(15), publish.Message.ExpiresAt);
        Assert.Equal("K261124-001", publish.Message.Incident!.IncidentId);
    }

    [Fact]
    public void Incident_ids_count_in_the_local_day_and_stay_within_thirteen_characters()
    {
        _bench.Create();
        _bench.Create();
        Assert.Equal("K261124-003", _bench.View(_bench.Create()).IncidentId);

        // 16:00 UTC is midnight in Kotamobagu.
        _bench.StepWall(TimeSpan.FromHours(10));
        Assert.Equal("K261125-001", _bench.View(_bench.Create()).IncidentId);
    }

    [Fact]
    public void Incident_ids_go_on_after_a_restart()
    {
        _bench.Create();
        _bench.Restart();
        Assert.Equal("K261124-002", _bench.View(_bench.Create()).IncidentId);
    }

    [Fact]
    public void An_unanswered_dispatch_is_sent_again_every_five_seconds_until_received()
    {
        var id = _bench.Create();
        _bench.PassSeconds(12);
        Assert.Equal(3, _bench.Dispatches.Count());

        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        _bench.PassSeconds(30);
        Assert.Equal(3, _bench.Dispatches.Count());
    }

    [Fact]
    public void Later_copies_live_only_as_long_as_the_first()
    {
        _bench.Create(ttl: 60);
        _bench.PassSeconds(10.5);
        Assert.Equal([60.0, 55, 50], _bench.Dispatches.Select(p => p.Expiry.TotalSeconds));
        _bench.PassSeconds(120);
        Assert.All(_bench.Dispatches, p => Assert.True(p.Expiry > TimeSpan.Zero));
        Assert.Equal(12, _bench.Dispatches.Count());
    }

    [Theory]
    [InlineData(ReportEvent.Received)]
    [InlineData(ReportEvent.Sounding)]
    [InlineData(ReportEvent.Acknowledged)]
    [InlineData(ReportEvent.Completed)]
    [InlineData(ReportEvent.Declined)]
    [InlineData(ReportEvent.Expired)]
    [InlineData(ReportEvent.Duplicate)]
    [InlineData(ReportEvent.Rejected)]
    public void Any_answer_ends_the_sending(ReportEvent answer)
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, answer));
        _bench.PassSeconds(30);
        Assert.Single(_bench.Dispatches);
    }

    [Fact]
    public void Not_received_shows_after_fifteen_seconds_and_asks_for_another_station()
    {
        var id = _bench.Create();
        _bench.PassSeconds(14.9);
        Assert.False(_bench.Ladder(id).NotReceived);
        _bench.PassSeconds(0.2);
        Assert.True(_bench.Ladder(id).NotReceived);
        Assert.True(_bench.View(id).NeedsAnotherStation);

        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        Assert.False(_bench.Ladder(id).NotReceived);
        Assert.False(_bench.View(id).NeedsAnotherStation);
    }

    [Theory]
    [InlineData(Category.Medical, 60)]
    [InlineData(Category.Fire, 80)]
    public void Not_acknowledged_shows_in_time_for_the_category(Category category, double seconds)
    {
        var id = _bench.Create(category: category);
        _bench.Report(_bench.Step(id, 1, ReportEvent.Sounding));
        _bench.PassSeconds(seconds - 0.1);
        Assert.False(_bench.Ladder(id).NotAcknowledged);
        _bench.PassSeconds(0.2);
        Assert.True(_bench.Ladder(id).NotAcknowledged);
        Assert.True(_bench.View(id).NeedsAnotherStation);

        _bench.Report(_bench.Step(id, 2, ReportEvent.Acknowledged));
        Assert.False(_bench.View(id).NeedsAnotherStation);
    }

    [Fact]
    public void A_test_asks_for_no_press()
    {
        var id = _bench.Create(status: DispatchStatus.Test);
        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        _bench.PassSeconds(100);
        Assert.False(_bench.View(id).NeedsAnotherStation);
    }

    [Fact]
    public void A_station_that_declines_asks_for_another_one()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Declined, reason: "AmbulanceOut"));
        Assert.True(_bench.View(id).NeedsAnotherStation);
        Assert.Equal("AmbulanceOut", _bench.Ladder(id).Steps.Single().Reason);
        Assert.Equal(DispatchState.Closed, _bench.View(id).State);
    }

    [Fact]
    public void A_step_of_the_wall_clock_changes_no_deadline()
    {
        // F5: an operator sets the clock a day back, then NTP forward again.
        var id = _bench.Create();
        _bench.StepWall(TimeSpan.FromDays(-1));
        _bench.PassSeconds(10.2);
        Assert.Equal(3, _bench.Dispatches.Count());
        _bench.StepWall(TimeSpan.FromDays(20));
        _bench.PassSeconds(5);
        Assert.Equal(4, _bench.Dispatches.Count());
        Assert.Equal(DispatchState.Open, _bench.View(id).State);
    }

    [Fact]
    public void A_new_run_of_the_service_gets_every_live_dispatch_again()
    {
        _bench.Birth("boot-1");
        var acknowledged = _bench.Create();
        var done = _bench.Create();
        _bench.Report(_bench.Step(acknowledged, 1, ReportEvent.Acknowledged));
        _bench.Report(_bench.Step(done, 2, ReportEvent.Completed, outcome: Outcome.Done));
        _bench.Published.Clear();

        _bench.Birth("boot-1");
        Assert.Empty(_bench.Dispatches);
        _bench.Birth("boot-2");
        Assert.Equal([acknowledged], _bench.Dispatches.Select(p => p.Message.DispatchId));
    }

    [Fact]
    public void A_station_that_is_known_to_be_away_is_not_flooded_and_gets_the_dispatch_with_its_first_word()
    {
        // F21: its broker queue holds the first copy; 180 more would all be answered as duplicates.
        _bench.Birth("boot-1");
        _bench.Birth("boot-1", online: false);
        _bench.PassSeconds(11);
        _bench.Create();
        _bench.PassSeconds(60);
        Assert.Single(_bench.Dispatches);

        _bench.Beat(20, "boot-1");
        Assert.Equal(2, _bench.Dispatches.Count());
    }

    [Fact]
    public void The_will_of_an_old_run_says_nothing_about_the_new_one()
    {
        _bench.Birth("boot-2");
        _bench.Birth("boot-1", online: false);
        Assert.True(_bench.StationView().Online);
    }

    [Fact]
    public void A_group_message_goes_out_once_and_later_copies_go_to_each_member()
    {
        _bench.Birth(station: BookBench.Station, groups: "puskesmas");
        _bench.Birth(station: BookBench.Other, groups: "puskesmas");
        _bench.Birth(station: "damkar", groups: "damkar");
        var id = _bench.Create(groups: ["puskesmas"]);
        Assert.Equal(["call112/v1/groups/puskesmas/dispatch"], _bench.Dispatches.Select(p => p.Topic));
        _bench.Do(new GroupPublished(id, "puskesmas", MessageType.Alert, 0));

        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        _bench.PassSeconds(5.2);
        Assert.Equal(["call112/v1/groups/puskesmas/dispatch", "call112/v1/stations/pkm-upai/dispatch"], _bench.Dispatches.Select(p => p.Topic));
    }

    [Fact]
    public void A_group_message_that_the_broker_has_not_taken_goes_to_the_group_again()
    {
        var id = _bench.Create(groups: ["puskesmas"]);
        _bench.PassSeconds(5.2);
        Assert.Equal(2, _bench.Dispatches.Count(p => p.Group == "puskesmas"));
        _bench.Do(new GroupPublished(id, "puskesmas", MessageType.Alert, 0));
        _bench.PassSeconds(30);
        Assert.Equal(2, _bench.Dispatches.Count());
    }

    [Fact]
    public void A_station_that_nobody_knew_to_be_in_the_group_joins_with_its_first_report()
    {
        var id = _bench.Create(groups: ["all"]);
        _bench.Report(_bench.Step(id, 1, ReportEvent.Acknowledged, station: "bpbd"));
        Assert.Equal(ReportEvent.Acknowledged, _bench.Ladder(id, "bpbd").Step);
    }

    [Fact]
    public void A_member_that_is_born_later_gets_the_groups_live_dispatch()
    {
        var id = _bench.Create(groups: ["puskesmas"]);
        _bench.Published.Clear();
        _bench.Birth(groups: "puskesmas");
        Assert.Equal("call112/v1/stations/pkm-gogagoman/dispatch", Assert.Single(_bench.Dispatches).Topic);
        Assert.Equal("puskesmas", _bench.Ladder(id).Group);
    }

    [Fact]
    public void An_update_is_sent_until_updated_and_needs_no_answer_of_the_alert()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Acknowledged));
        _bench.Published.Clear();

        var answer = _bench.Answer(new UpdateDispatch(id, _bench.View(id).Incident with { Priority = 1 }));
        Assert.Equal((AnswerKind.Done, 1), (answer.Kind, answer.Revision));
        _bench.PassSeconds(5.2);
        Assert.Equal(2, _bench.Dispatches.Count(p => p.Message is { MessageType: MessageType.Update, Revision: 1, Incident.Priority: 1 }));
        Assert.False(_bench.Ladder(id).UpdateConfirmed);

        _bench.Report(_bench.Step(id, 2, ReportEvent.Updated));
        _bench.PassSeconds(20);
        Assert.True(_bench.Ladder(id).UpdateConfirmed);
        Assert.Equal(2, _bench.Dispatches.Count());
    }

    [Fact]
    public void The_answer_to_an_older_update_does_not_confirm_a_newer_one()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Acknowledged));
        _bench.Answer(new UpdateDispatch(id, _bench.View(id).Incident with { Priority = 1 }));
        _bench.Answer(new UpdateDispatch(id, _bench.View(id).Incident with { Priority = 3 }));
        _bench.Report(_bench.Step(id, 2, ReportEvent.Updated));
        Assert.False(_bench.Ladder(id).UpdateConfirmed);
        _bench.Report(_bench.Step(id, 3, ReportEvent.Updated));
        Assert.True(_bench.Ladder(id).UpdateConfirmed);
    }

    [Fact]
    public void An_unanswered_alert_carries_the_newest_content_and_the_update_follows_it()
    {
        var id = _bench.Create();
        _bench.Published.Clear();
        _bench.Answer(new UpdateDispatch(id, _bench.View(id).Incident with { Nature = "Dua rumah" }));
        _bench.PassSeconds(5.2);
        var copy = _bench.Dispatches.Last();
        Assert.Equal((MessageType.Alert, 1, "Dua rumah"), (copy.Message.MessageType, copy.Message.Revision, copy.Message.Incident!.Nature));

        // It may have been an old copy that the station received: the update settles it.
        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        Assert.Equal(MessageType.Update, _bench.Dispatches.Last().Message.MessageType);
    }

    [Fact]
    public void A_cancel_is_sent_until_cancelled_and_stops_the_alert()
    {
        var id = _bench.Create();
        _bench.Published.Clear();
        _bench.Answer(new CancelDispatch(id));
        _bench.PassSeconds(5.2);
        Assert.Equal([MessageType.Cancel, MessageType.Cancel], _bench.Dispatches.Select(p => p.Message.MessageType));
        Assert.False(_bench.Ladder(id).CancelConfirmed);

        _bench.Report(_bench.Step(id, 1, ReportEvent.Cancelled));
        _bench.PassSeconds(20);
        Assert.True(_bench.Ladder(id).CancelConfirmed);
        Assert.Equal(2, _bench.Dispatches.Count());
        Assert.Empty(_bench.Book.Dispatches(all: false));
    }

    [Fact]
    public void A_late_duplicate_of_the_alert_does_not_pass_for_a_cancelled_siren()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Sounding));
        _bench.Answer(new CancelDispatch(id));
        _bench.Report(_bench.Step(id, 2, ReportEvent.Duplicate, detail: "Sounding"));
        Assert.False(_bench.Ladder(id).CancelConfirmed);
        _bench.Report(_bench.Step(id, 3, ReportEvent.Duplicate, detail: "Cancelled"));
        Assert.True(_bench.Ladder(id).CancelConfirmed);
    }

    [Fact]
    public void A_cancelled_dispatch_cannot_be_changed_and_a_second_cancel_does_nothing()
    {
        var id = _bench.Create();
        _bench.Answer(new CancelDispatch(id));
        var count = _bench.Dispatches.Count();
        Assert.Equal(AnswerKind.Done, _bench.Answer(new CancelDispatch(id)).Kind);
        Assert.Equal(count, _bench.Dispatches.Count());
        Assert.Equal(AnswerKind.Conflict, _bench.Answer(new UpdateDispatch(id, _bench.View(id).Incident)).Kind);
        Assert.Equal(AnswerKind.NotFound, _bench.Answer(new CancelDispatch(Guid.NewGuid())).Kind);
    }

    [Fact]
    public void Nothing_is_published_without_the_broker_and_everything_live_when_it_is_back()
    {
        // F10: created while offline.
        var bench = new BookBench(connected: false);
        bench.Create();
        bench.Create(groups: ["damkar"]);
        bench.PassSeconds(7);
        Assert.Empty(bench.Published);

        bench.Do(new BrokerLink(true));
        string[] topics = ["call112/v1/groups/damkar/dispatch", "call112/v1/stations/pkm-gogagoman/dispatch"];
        Assert.Equal(topics, bench.Dispatches.Select(p => p.Topic).Order());
    }

    [Fact]
    public void After_a_restart_an_unanswered_dispatch_is_sent_again_and_the_ladder_is_the_same()
    {
        // F1: the centre dies at any moment.
        var id = _bench.Create([BookBench.Station, BookBench.Other]);
        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        _bench.Report(_bench.Step(id, 2, ReportEvent.Acknowledged));
        _bench.PassSeconds(1);
        var before = _bench.Ladder(id);

        _bench.Restart();
        Assert.Equal(before.Steps, _bench.Ladder(id).Steps);
        Assert.Equal(ReportEvent.Acknowledged, _bench.Ladder(id).Step);
        Assert.Equal(["call112/v1/stations/pkm-upai/dispatch"], _bench.Dispatches.Select(p => p.Topic));

        // 15 s since the first sending, not since the restart.
        _bench.PassSeconds(14.2);
        Assert.True(_bench.Ladder(id, BookBench.Other).NotReceived);
    }

    [Fact]
    public void A_cancel_survives_a_restart()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Sounding));
        _bench.Answer(new CancelDispatch(id));
        _bench.Restart();
        Assert.Equal(MessageType.Cancel, Assert.Single(_bench.Dispatches).Message.MessageType);
    }

    [Fact]
    public void An_impossible_request_gets_a_reason_for_each_field()
    {
        var draft = new DispatchDraft(new IncidentDraft(Category.Fire, "way-too-long-an-id", Priority: 9), ["Nope"], TtlSeconds: 1);
        var answer = _bench.Answer(new CreateDispatch(_bench.Id(), draft));
        Assert.Equal(AnswerKind.Refused, answer.Kind);
        Assert.Equal(["incident.incidentId", "incident.priority", "stationIds[0]", "ttlSeconds"], answer.Errors!.Select(e => e.Field).Order());
        Assert.Empty(_bench.Dispatches);
    }

    [Fact]
    public void A_station_that_was_never_seen_is_accepted_with_a_warning()
    {
        var answer = _bench.Answer(new CreateDispatch(_bench.Id(), new DispatchDraft(new IncidentDraft(Category.Fire), ["new-post"])));
        Assert.Contains("new-post", Assert.Single(answer.Warnings!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dispatch_that_nobody_ends_leaves_the_open_list_after_four_hours()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Acknowledged));
        _bench.Pass(TimeSpan.FromHours(4));
        _bench.PassSeconds(1);
        Assert.Equal(DispatchState.Closed, _bench.View(id).State);
        Assert.Empty(_bench.Book.Dispatches(all: false));
    }

    [Fact]
    public void The_centre_shows_that_it_lives_every_five_seconds()
    {
        _bench.PassSeconds(20.1);
        Assert.Equal(5, _bench.Published.OfType<PublishHeartbeat>().Count());
    }
}
