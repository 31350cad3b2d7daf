using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Call112.Center.Api;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Terminal;

/// <summary>Dispatch from a terminal or a script. Prints the dispatch id on standard output; everything else goes to standard error.</summary>
internal sealed class DispatchVerb
{
    private readonly TimeProvider _time;
    private readonly Option<string[]> _stations = new("--station", "-s") { Description = "Station id; may be repeated.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _groups = new("--group", "-g") { Description = "Group of stations; may be repeated.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<Category?> _category = new("--category", "-c") { Description = string.Join(' ', Enum.GetNames<Category>()) };
    private readonly Option<string?> _nature = new("--nature") { Description = "What happened, in a few words." };
    private readonly Option<string?> _address = new("--address") { Description = "Street, RT/RW." };
    private readonly Option<string?> _village = new("--village") { Description = "Kelurahan or desa." };
    private readonly Option<string?> _landmark = new("--landmark") { Description = "Patokan: what to look for." };
    private readonly Option<string?> _narrative = new("--narrative") { Description = "What else the crew must know. Never the caller's name or number." };
    private readonly Option<int?> _victims = new("--victims") { Description = "Number of victims, when known." };
    private readonly Option<Triage?> _triage = new("--triage") { Description = string.Join(' ', Enum.GetNames<Triage>()) };
    private readonly Option<int?> _priority = new("--priority", "-p") { Description = "1 (highest) to 5; default 2." };
    private readonly Option<string?> _incident = new("--incident") { Description = "Incident id; given by the centre when missing." };
    private readonly Option<string[]> _zones = new("--zone") { Description = "Zone of the station that sounds; may be repeated.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _exercise = new("--exercise") { Description = "A drill: LATIHAN." };
    private readonly Option<bool> _test = new("--test") { Description = "A test: no siren." };
    private readonly Option<bool> _discreet = new("--discreet") { Description = "Light and panel code only." };
    private readonly Option<int?> _ttl = new("--ttl") { Description = "Time to live in seconds; default 900." };
    private readonly Option<string?> _cancel = new("--cancel") { Description = "Cancel this dispatch instead." };
    private readonly Option<string?> _update = new("--update") { Description = "Change this dispatch instead: only the fields that are given." };
    private readonly Option<bool> _wait = new("--wait", "-w") { Description = "Follow the ladder until every station has acknowledged or ended." };
    private readonly Option<string> _center = Center();
    private readonly Option<string?> _keyFile = CenterCommands.KeyFile();

    public DispatchVerb(TimeProvider time)
    {
        _time = time;
        Command = new Command("dispatch", "Send, change or cancel a dispatch through a running centre.")
        {
            _stations, _groups, _category, _nature, _address, _village, _landmark, _narrative, _victims, _triage, _priority, _incident, _zones, _exercise, _test,
            _discreet, _ttl, _cancel, _update, _wait, _center, _keyFile,
        };
        Command.SetAction(RunAsync);
    }

    public Command Command { get; }

    internal static Option<string> Center() => new("--center") { Description = "The centre's API.", DefaultValueFactory = _ => "http://127.0.0.1:8110" };

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        try
        {
            using var client = new CenterClient(parse.GetValue(_center)!, CenterCommands.ReadKey(parse.GetValue(_keyFile)));
            var (path, body) = Request(parse);
            if (path is null)
                return CenterCommands.Complain("a new dispatch needs --category, and --station or --group", CenterCommands.Refused);
            var (accepted, refusal) = await client.PostAsync(path, body, ApiJsonContext.Default.DispatchAccepted, _time, cancel);
            if (accepted is null)
                return CenterCommands.Complain(refusal!, CenterCommands.Refused);
            foreach (var warning in accepted.Warnings)
                Console.Error.WriteLine($"warning: {warning}");
            Console.Error.WriteLine($"incident {accepted.IncidentId}, revision {accepted.Revision}");
            Console.WriteLine(accepted.DispatchId);
            return parse.GetValue(_wait) ? await FollowAsync(client, accepted.DispatchId, cancel) : CenterCommands.Done;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return CenterCommands.Interrupted;
        }
        catch (Exception e) when (e is HttpRequestException or CenterStartException or OperationCanceledException or IOException)
        {
            return CenterCommands.Complain(e is OperationCanceledException ? "the centre does not answer" : e.Message, CenterCommands.CannotStart);
        }
    }

    private (string? Path, string? Body) Request(ParseResult parse)
    {
        if (parse.GetValue(_cancel) is { } cancelled)
            return ($"/api/dispatches/{Uri.EscapeDataString(cancelled)}/cancel", null);
        if (parse.GetValue(_update) is { } updated)
            return ($"/api/dispatches/{Uri.EscapeDataString(updated)}/update", Json(writer => WriteIncident(writer, parse)));
        if (parse.GetValue(_category) is null || (parse.GetValue(_stations)!.Length == 0 && parse.GetValue(_groups)!.Length == 0))
            return (null, null);
        return ("/api/dispatches", Json(writer =>
        {
            var status = parse.GetValue(_test) ? DispatchStatus.Test : parse.GetValue(_exercise) ? DispatchStatus.Exercise : DispatchStatus.Actual;
            writer.WriteString("status", status.ToString());
            writer.WriteBoolean("discreet", parse.GetValue(_discreet));
            WriteList(writer, "stationIds", parse.GetValue(_stations)!);
            WriteList(writer, "groups", parse.GetValue(_groups)!);
            WriteList(writer, "zones", parse.GetValue(_zones)!);
            if (parse.GetValue(_ttl) is { } ttl)
                writer.WriteNumber("ttlSeconds", ttl);
            writer.WriteStartObject("incident");
            if (parse.GetValue(_incident) is { } incident)
                writer.WriteString("incidentId", incident);
            WriteIncident(writer, parse);
            writer.WriteEndObject();
        }));
    }

    private void WriteIncident(Utf8JsonWriter writer, ParseResult parse)
    {
        WriteText(writer, "category", parse.GetValue(_category)?.ToString());
        WriteText(writer, "nature", parse.GetValue(_nature));
        WriteText(writer, "triage", parse.GetValue(_triage)?.ToString());
        WriteText(writer, "narrative", parse.GetValue(_narrative));
        if (parse.GetValue(_priority) is { } priority)
            writer.WriteNumber("priority", priority);
        if (parse.GetValue(_victims) is { } victims)
            writer.WriteNumber("victims", victims);
        var (address, village, landmark) = (parse.GetValue(_address), parse.GetValue(_village), parse.GetValue(_landmark));
        if (address is null && village is null && landmark is null)
            return;
        writer.WriteStartObject("location");
        WriteText(writer, "address", address);
        WriteText(writer, "village", village);
        WriteText(writer, "landmark", landmark);
        writer.WriteEndObject();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }

    private static void WriteList(Utf8JsonWriter writer, string name, string[] items)
    {
        if (items.Length == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var item in items)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }

    /// <summary>Prints each new step and each warning once, as a line of its own. Ends when nothing more is expected.</summary>
    private async Task<int> FollowAsync(CenterClient client, Guid dispatchId, CancellationToken cancel)
    {
        var said = new HashSet<string>();
        await foreach (var change in client.StreamAsync(cancel))
        {
            var dispatch = change is { Dispatch: null, Station: null }
                ? await client.GetAsync($"/api/dispatches/{dispatchId}", ApiJsonContext.Default.DispatchView, _time, cancel)
                : change.Dispatch;
            if (dispatch?.DispatchId != dispatchId)
                continue;
            foreach (var line in dispatch.Stations.SelectMany(Lines).Where(said.Add))
                Console.Error.WriteLine(line);
            if (dispatch.State == DispatchState.Closed || dispatch.Stations.Count > 0 && dispatch.Stations.All(station => IsSettled(dispatch, station)))
                return dispatch.Stations.All(station => HasAcknowledged(station) || dispatch.State == DispatchState.Cancelled) ? CenterCommands.Done : CenterCommands.Refused;
        }

        return CenterCommands.Complain("the centre ended the stream", CenterCommands.CannotStart);
    }

    private static bool IsSettled(DispatchView dispatch, StationLadderView station) => dispatch.State == DispatchState.Cancelled
        ? station.CancelConfirmed ?? true
        : HasAcknowledged(station) || station.Step is ReportEvent.Declined or ReportEvent.Expired or ReportEvent.Rejected;

    private static bool HasAcknowledged(StationLadderView station) => station.Step is ReportEvent.Acknowledged or ReportEvent.Responding
        or ReportEvent.OnScene or ReportEvent.Transporting or ReportEvent.AtHospital or ReportEvent.Completed;

    private static IEnumerable<string> Lines(StationLadderView station)
    {
        foreach (var step in station.Steps)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{step.ReceivedAt.UtcDateTime:HH:mm:ss.fff}Z {station.StationId,-24} {step.Event}{(step.ElapsedMs is { } ms ? $" +{ms / 1000.0:0.0} s" : "")} {step.Source} {step.Reason ?? step.Outcome?.ToString() ?? step.Detail}")
                .TrimEnd();
        if (station.NotReceived)
            yield return $"              {station.StationId,-24} NOT RECEIVED in time: another station is needed";
        else if (station.NotAcknowledged)
            yield return $"              {station.StationId,-24} NOT ACKNOWLEDGED in time: another station is needed";
    }
}
