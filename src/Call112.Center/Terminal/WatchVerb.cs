using System.CommandLine;
using System.Globalization;
using Call112.Center.Acceptance;
using Call112.Center.Api;
using Call112.Center.Book;
using Call112.Messages;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Call112.Center.Terminal;

/// <summary>A live table of stations and open dispatches. Reconnects by itself; Ctrl+C ends it.</summary>
internal sealed class WatchVerb
{
    /// <summary>Dispatches that are shown, newest first; the count says how many there are.</summary>
    private const int DispatchesShown = 30;

    private readonly TimeProvider _time;
    private readonly Option<string> _center = DispatchVerb.Center();
    private readonly Option<string?> _keyFile = CenterCommands.KeyFile();
    private readonly Dictionary<Guid, DispatchView> _dispatches = [];
    private readonly SortedDictionary<string, StationView> _stations = new(StringComparer.Ordinal);
    private string? _trouble;

    public WatchVerb(TimeProvider time)
    {
        _time = time;
        Command = new Command("watch", "Watch stations and open dispatches live.") { _center, _keyFile };
        Command.SetAction(RunAsync);
    }

    public Command Command { get; }

    private static TimeSpan RedrawEvery => TimeSpan.FromMilliseconds(250);

    private static TimeSpan RetryAfter => TimeSpan.FromSeconds(2);

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        try
        {
            using var client = new CenterClient(parse.GetValue(_center)!, CenterCommands.ReadKey(parse.GetValue(_keyFile)));
            var gate = new Lock();
            var reading = ReadAsync(client, gate, cancel);
            await AnsiConsole.Live(new Text("...")).AutoClear(false).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
            {
                while (!cancel.IsCancellationRequested && !reading.IsCompleted)
                {
                    lock (gate)
                        live.UpdateTarget(Draw());
                    await Task.WhenAny(Task.Delay(RedrawEvery, _time, cancel), reading);
                }
            });
            await reading;
            return CenterCommands.Done;
        }
        catch (OperationCanceledException)
        {
            return CenterCommands.Done;
        }
        catch (CenterStartException e)
        {
            return CenterCommands.Complain(e.Message, CenterCommands.CannotStart);
        }
    }

    private async Task ReadAsync(CenterClient client, Lock gate, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await foreach (var change in client.StreamAsync(cancel))
                    if (change is { Dispatch: null, Station: null })
                        await ReloadAsync(client, gate, cancel);
                    else
                        lock (gate)
                            Take(change);
                _trouble = "the centre ended the stream";
            }
            catch (HttpRequestException e)
            {
                _trouble = e.Message;
            }
            catch (Exception e) when (e is IOException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                _trouble = "the connection to the centre was lost";
            }

            await Task.Delay(RetryAfter, _time, cancel);
        }
    }

    private async Task ReloadAsync(CenterClient client, Lock gate, CancellationToken cancel)
    {
        var dispatches = await client.GetAsync("/api/dispatches", ApiJsonContext.Default.IReadOnlyListDispatchView, _time, cancel);
        var stations = await client.GetAsync("/api/stations", ApiJsonContext.Default.IReadOnlyListStationView, _time, cancel);
        lock (gate)
        {
            _dispatches.Clear();
            _stations.Clear();
            foreach (var dispatch in dispatches)
                Take(new CenterChange(dispatch, null));
            foreach (var station in stations)
                Take(new CenterChange(null, station));
            _trouble = null;
        }
    }

    private void Take(CenterChange change)
    {
        if (change.Station is { } station)
            _stations[station.StationId] = station;
        if (change.Dispatch is not { } dispatch)
            return;
        if (dispatch.State == DispatchState.Closed || (dispatch.State == DispatchState.Cancelled && dispatch.Stations.All(s => s.CancelConfirmed ?? true)))
            _dispatches.Remove(dispatch.DispatchId);
        else
            _dispatches[dispatch.DispatchId] = dispatch;
    }

    private Rows Draw()
    {
        var now = _time.GetUtcNow();
        List<IRenderable> rows = [];
        if (_trouble is not null)
            rows.Add(new Markup($"[white on red] {Markup.Escape(_trouble)} [/]"));
        rows.Add(DispatchTable(now));
        rows.Add(StationTable(now));
        return new Rows(rows);
    }

    private Table DispatchTable(DateTimeOffset now)
    {
        var table = new Table().Title($"[bold]Open dispatches: {_dispatches.Count}[/]").Border(TableBorder.Rounded).Expand()
            .AddColumns("Incident", "What", "Where", "Age", "Station", "Step", "");
        foreach (var dispatch in _dispatches.Values.OrderByDescending(dispatch => dispatch.SentAt).Take(DispatchesShown))
        {
            var first = true;
            foreach (var station in dispatch.Stations.DefaultIfEmpty())
            {
                table.AddRow(
                    new Markup(first ? $"[bold]{Markup.Escape(dispatch.IncidentId)}[/]" : ""),
                    new Markup(first ? What(dispatch) : ""),
                    new Text(first ? Where(dispatch) : ""),
                    new Text(first ? Age(now - dispatch.SentAt) : ""),
                    new Text(station?.StationId ?? string.Join(' ', dispatch.Groups)),
                    new Markup(station is null ? "[grey]no station yet[/]" : Step(station)),
                    new Markup(station is null ? "" : Flags(dispatch, station)));
                first = false;
            }
        }

        return table;
    }

    private Table StationTable(DateTimeOffset now)
    {
        var table = new Table().Title($"[bold]Stations: {_stations.Count}[/]").Border(TableBorder.Rounded).Expand()
            .AddColumns("Station", "Name", "State", "Service", "Uplinks", "Last seen", "Clock", "Waiting", "System", "Alarms");
        foreach (var station in _stations.Values)
            table.AddRow(
                new Text(station.StationId),
                new Text(station.Name ?? ""),
                new Markup(State(station)),
                new Markup(Service(station)),
                new Markup(string.Join(' ', station.Uplinks.Select(uplink => Uplink(uplink, now)))),
                new Text(station.LastSeenAt is { } seen ? Age(now - seen) : "never"),
                new Markup(station.Clock switch { null => "", ClockState.Synchronized => "ok", _ => "[yellow]not set[/]" }),
                new Text(station.Unreceipted?.ToString(CultureInfo.InvariantCulture) ?? ""),
                new Markup(SystemOf(station)),
                new Markup(Faults(station)));
        return table;
    }

    private static string What(DispatchView dispatch)
    {
        var kind = dispatch.Status == DispatchStatus.Actual ? "" : $"[black on yellow]{dispatch.Status}[/] ";
        var colour = dispatch.Incident.Category == Category.Fire ? "red" : "default";
        return $"{kind}[{colour}]{dispatch.Incident.Category}[/] P{dispatch.Incident.Priority} {Markup.Escape(dispatch.Incident.Nature ?? "")}";
    }

    private static string Where(DispatchView dispatch)
    {
        var place = dispatch.Incident.Location;
        return string.Join(", ", new[] { place?.Address, place?.Village, place?.Landmark }.Where(text => !string.IsNullOrEmpty(text)));
    }

    private static string Step(StationLadderView station) => station.Step switch
    {
        null => $"[grey]sent {station.Sends}x[/]",
        ReportEvent.Received or ReportEvent.Sounding => $"[yellow]{station.Step}[/]",
        ReportEvent.Declined or ReportEvent.Expired or ReportEvent.Rejected => $"[red]{station.Step}[/]",
        ReportEvent.Cancelled => "[grey]Cancelled[/]",
        _ => $"[green]{station.Step}[/]",
    };

    private static string Flags(DispatchView dispatch, StationLadderView station)
    {
        if (dispatch.State == DispatchState.Cancelled)
            return station.CancelConfirmed == true ? "" : "[yellow]cancel not confirmed[/]";
        var flag = station.NotReceived ? "NOT RECEIVED" : station.NotAcknowledged ? "NOT ACKNOWLEDGED" : station.NeedsAnotherStation ? "ANOTHER STATION" : "";
        return flag.Length > 0 ? $"[white on red] {flag} [/]" : station.UpdateConfirmed ? "" : "[yellow]update not confirmed[/]";
    }

    private static string State(StationView station) => station.Verdict switch
    {
        StationVerdict.Up => station.Metered ? "[green]up[/] metered" : "[green]up[/]",
        StationVerdict.Suspect => "[yellow]suspect[/]",
        StationVerdict.Down => "[white on red] down [/]",
        _ => station.Online == false ? "[grey]offline[/]" : "[grey]unknown[/]",
    };

    /// <summary>What the box says, who has accepted it, and what that signature is worth.</summary>
    private static string Service(StationView station)
    {
        var state = station.Service switch
        {
            ServiceState.InService => "[green]in service[/]",
            ServiceState.Commissioning => "[yellow]commissioning[/]",
            _ => "",
        };
        if (station.Acceptance is not { } acceptance)
            // The box says that somebody has accepted it, and who that was has not come: a broker that refuses the topic, for example.
            return station.Service == ServiceState.InService ? $"{state} [yellow]no record[/]" : state;
        var seal = acceptance.Signature switch
        {
            AcceptanceSignature.Valid => "[green]signed[/]",
            AcceptanceSignature.AuthorityUnknown => "[yellow]signed, authority unknown[/]",
            AcceptanceSignature.Unsigned => "[yellow]unsigned[/]",
            _ => "[white on red] SIGNATURE INVALID [/]",
        };
        var verdict = acceptance.Verdict == AcceptanceVerdict.Accepted ? "" : "[red]failed[/] ";
        var day = acceptance.At.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return $"{state} {verdict}{Markup.Escape(acceptance.Technician)} {day} {seal}".Trim();
    }

    /// <summary>Name and age of the last heartbeat; the colour is the verdict.</summary>
    private static string Uplink(UplinkView uplink, DateTimeOffset now)
    {
        var text = Markup.Escape($"{uplink.Name} {Age(now - uplink.LastSeenAt)}");
        return uplink.Verdict switch
        {
            StationVerdict.Up => $"[green]{text}[/]",
            StationVerdict.Suspect => $"[yellow]{text}[/]",
            _ => $"[white on red] {text} [/]",
        };
    }

    /// <summary>What runs there, and below it what became of the newest update.</summary>
    internal static string SystemOf(StationView station) =>
        string.Join('\n', new[] { Markup.Escape(station.System ?? ""), station.Update is { } update ? $"[grey]{Markup.Escape(update)}[/]" : "" }
            .Where(line => line.Length > 0));

    private static string Faults(StationView station)
    {
        var faults = station.Alarms.Select(alarm => $"[red]{Markup.Escape(alarm)}[/]").ToList();
        if (station.ClonedIdentity)
            faults.Insert(0, "[white on red] CLONED IDENTITY [/]");
        if (station.MissingReports > 0)
            faults.Add($"[yellow]{station.MissingReports} report(s) missing[/]");
        if (station.ReportConflicts > 0)
            faults.Add($"[yellow]{station.ReportConflicts} conflict(s)[/]");
        return string.Join(' ', faults);
    }

    private static string Age(TimeSpan age) => age.TotalSeconds < 100
        ? $"{Math.Max(0, (int)age.TotalSeconds)} s"
        : age.TotalMinutes < 100 ? $"{(int)age.TotalMinutes} min" : $"{(int)age.TotalHours} h";
}
