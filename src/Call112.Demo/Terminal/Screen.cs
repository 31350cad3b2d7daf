using System.Globalization;
using Call112.Demo.City;
using Call112.Demo.Measure;
using Call112.Demo.Scenario;
using Call112.Messages;
using Call112.Station;
using Spectre.Console;

namespace Call112.Demo.Terminal;

/// <summary>What the terminal shows: a live table on a terminal, plain lines where the output goes elsewhere.</summary>
internal sealed class Screen(IAnsiConsole console)
{
    /// <summary>Rows around the live table and its log.</summary>
    private const int Frame = 6;

    private static readonly TimeSpan s_refreshEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Between two lines of progress where there is no terminal.</summary>
    private static readonly TimeSpan s_plainEvery = TimeSpan.FromSeconds(10);

    private static readonly (Outputs Output, string Word, string Style)[] s_lamps =
    [
        (Outputs.Siren, "SIREN", "white on red"), (Outputs.Buzzer, "BUZZ", "black on yellow"), (Outputs.Strobe, "STROBE", "black on white"),
        (Outputs.LampStatus, "LAMP", "black on aqua"), (Outputs.LampLink, "LINK", "black on orange1"), (Outputs.Door, "DOOR", "black on green"),
    ];

    public bool IsLive { get; } = console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal;

    public void Say(string line) => console.Profile.Out.Writer.WriteLine(line);

    public void Welcome(DemoCity city)
    {
        Say($"Broker {city.Center.MqttAddress.GetLeftPart(UriPartial.Authority)}, centre {city.Center.HttpAddress.GetLeftPart(UriPartial.Authority)}, {city.Posts.Count} stations.");
        foreach (var id in (string[])["damkar", "pkm-gogagoman", CityScenario.Cut])
            Panel(city.Of(id));
    }

    public void Panels(DemoCity city)
    {
        foreach (var post in city.Posts)
            Panel(post);
    }

    /// <summary>Shows the city until the work has ended; rethrows what ended it.</summary>
    public async Task ShowAsync(DemoCity city, Story story, Task work, TimeProvider time)
    {
        if (!IsLive)
        {
            story.Echo = Say;
            await work;
            return;
        }

        await console.Live(Picture(city, story)).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            while (!work.IsCompleted)
            {
                live.UpdateTarget(Picture(city, story));
                await Task.WhenAny(work, Task.Delay(s_refreshEvery, time, CancellationToken.None));
            }

            live.UpdateTarget(Picture(city, story));
        });
        await work;
    }

    /// <summary>Shows how far a long run is until it has ended; rethrows what ended it.</summary>
    /// <param name="counts">Alerts sent, received and ended so far.</param>
    public async Task ProgressAsync(int total, Func<(int Sent, int Received, int Ended)> counts, Task run, TimeProvider time)
    {
        if (IsLive)
            await console.Progress().AutoClear(false).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async progress =>
            {
                ProgressTask sent = progress.AddTask("sent", maxValue: total), received = progress.AddTask("received", maxValue: total), ended = progress.AddTask("ended", maxValue: total);
                do
                {
                    await Task.WhenAny(run, Task.Delay(s_refreshEvery, time, CancellationToken.None));
                    (sent.Value, received.Value, ended.Value) = counts();
                }
                while (!run.IsCompleted);
            });
        else
        {
            var began = time.GetTimestamp();
            while (await Task.WhenAny(run, Task.Delay(s_plainEvery, time, CancellationToken.None)) != run)
            {
                var (sent, received, ended) = counts();
                Say(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(began).TotalSeconds,5:0} s  sent {sent}, received {received}, ended {ended} of {total}"));
            }
        }

        await run;
    }

    public void Summarise(IReadOnlyList<Expectation> expectations, RunReport report)
    {
        var acts = expectations.GroupBy(expectation => expectation.Act).OrderBy(act => act.Key, StringComparer.Ordinal).ToList();
        if (IsLive)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("Act", "What was to be seen", "Seen");
            foreach (var act in acts)
                foreach (var expectation in act)
                    table.AddRow(Markup.Escape(act.Key), Markup.Escape(expectation.ToBeSeen), expectation.Seen ? "[green]yes[/]" : "[white on red]NO[/]");
            console.Write(table);
        }
        else
            foreach (var act in acts)
            {
                Say($"== {act.Key}");
                foreach (var expectation in act)
                    Say($"   {(expectation.Seen ? "yes" : "NO ")}  {expectation.ToBeSeen}");
            }

        Counts(report);
        Say("The longest way to a relay is that of the dispatch which waited for the dead link.");
        var missed = expectations.Count(expectation => !expectation.Seen);
        Say(missed == 0 && report.IsClean ? $"All as it should be: {expectations.Count} of {expectations.Count} seen." : $"NOT as it should be: {missed} of {expectations.Count} not seen.");
    }

    public void Counts(RunReport report)
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"alerts {report.Alerts}  received {report.Received}  sounded {report.Sounded}  acknowledged {report.Acknowledged}  ended {report.Completed}  lost {report.Lost}  soundedTwice {report.SoundedTwice}  reportGaps {report.ReportGaps}  rejected {report.Rejected}"));
        Delay("publish to relay", report.PublishToRelayMs);
        Delay("press to centre", report.PressToCenterMs);
    }

    private void Delay(string name, Quantiles q) =>
        Say(string.Create(CultureInfo.InvariantCulture, $"{name,-17} p50 {q.P50:0.0} ms  p99 {q.P99:0.0} ms  p99.9 {q.P999:0.0} ms  max {q.Max:0.0} ms  ({q.Count})"));

    private void Panel(Post post)
    {
        if (post.PanelAddress is not { } address)
            return;
        if (IsLive)
            console.MarkupLine($"Panel of {Markup.Escape(post.Plan.Name)}: [link={address}]{Markup.Escape(address)}[/]");
        else
            Say($"Panel of {post.Plan.Name}: {address}");
    }

    private Rows Picture(DemoCity city, Story story)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Station", "Relays and lamps", "Link");
        // As wide as the longest, so that nothing jumps.
        table.AddColumn("Newest dispatch", column => column.Width(28)).AddColumn("Step", column => column.Width(12));
        foreach (var post in city.Posts)
        {
            var state = post.State;
            var newest = state.Alerts.Length > 0 ? state.Alerts[^1] : null;
            table.AddRow(
                new Text(post.Plan.Name),
                new Markup(Lamps(post.Board.Outputs)),
                new Markup(state.Stands(ReportEvent.CenterLost) ? "[black on orange1]TERPUTUS[/]" : "[green]TERHUBUNG[/]"),
                new Text(newest is null ? "" : $"{newest.Dispatch.Incident?.IncidentId} {Narrator.PanelWord(newest.Dispatch)}"),
                new Text(newest?.Step.ToString() ?? ""));
        }

        var room = Math.Clamp(console.Profile.Height - city.Posts.Count - Frame, 3, 20);
        return new Rows(table, new Rows(story.Last(room).Select(line => new Text(line, Style.Plain) { Overflow = Overflow.Ellipsis })));
    }

    private static string Lamps(Outputs outputs) =>
        string.Join(' ', s_lamps.Select(lamp => (outputs & lamp.Output) != 0 ? $"[{lamp.Style}]{lamp.Word}[/]" : $"[grey35]{lamp.Word}[/]"));
}
