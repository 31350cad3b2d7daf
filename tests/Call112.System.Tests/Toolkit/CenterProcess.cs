using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Messages;

namespace Call112.System.Tests.Toolkit;

/// <summary>The reference centre as a real process on an outside broker, over its HTTP API.</summary>
public sealed class CenterProcess : IDisposable
{
    private readonly string _folder;
    private readonly string[] _broker;
    private readonly IReadOnlyList<string> _more;
    private readonly List<string> _earlier = [];
    private OwnProcess? _process;
    private HttpClient? _http;

    /// <param name="embedded">The address is where the centre's own broker listens, instead of an outside one.</param>
    /// <param name="more">Arguments beside.</param>
    public CenterProcess(string folder, string broker, bool embedded = false, IReadOnlyList<string>? more = null)
    {
        (_folder, _broker, _more) = (folder, embedded ? ["--mqtt-listen", broker["mqtt://".Length..]] : ["--broker", broker], more ?? []);
        Directory.CreateDirectory(folder);
    }

    public int Pid => _process!.Id;

    public bool HasExited => _process?.HasExited ?? true;

    private string ReadyFile => Path.Combine(_folder, "ready.json");

    public void Start()
    {
        File.Delete(ReadyFile);
        _process = OwnProcess.Start(
            Installed.Center,
            ["run", "--listen", "127.0.0.1:0", .. _broker, "--db", Path.Combine(_folder, "center.db"), "--insecure-local", "--ready-file", ReadyFile, .. _more]);
    }

    public async Task StartReadyAsync()
    {
        Start();
        await ReadyAsync();
    }

    /// <summary>Waits until the centre is subscribed.</summary>
    public async Task ReadyAsync()
    {
        await Wait.UntilAsync(
            () => File.Exists(ReadyFile) || (_process!.HasExited ? throw new InvalidOperationException($"the centre ended with {_process.ExitCode}") : false), "the centre is subscribed");
        Http();
    }

    /// <summary>Creates a dispatch. Null when the centre did not confirm it: nobody knows then whether it has it.</summary>
    public async Task<Guid?> TryDispatchAsync(string stationId, string category = "Fire", int ttlSeconds = 900)
    {
        try
        {
            return await DispatchAsync(stationId, category, ttlSeconds);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or TaskCanceledException)
        {
            return null;
        }
    }

    public Task<Guid> DispatchAsync(string stationId, string category = "Fire", int ttlSeconds = 900) =>
        DispatchAsync("stationIds", stationId, category, ttlSeconds);

    public Task<Guid> DispatchToGroupAsync(string group) => DispatchAsync("groups", group, "Fire", ttlSeconds: 900);

    private async Task<Guid> DispatchAsync(string field, string target, string category, int ttlSeconds)
    {
        var draft = new JsonObject
        {
            ["incident"] = new JsonObject { ["category"] = category, ["nature"] = "Kebakaran rumah", ["priority"] = 1 },
            [field] = new JsonArray(target),
            ["ttlSeconds"] = ttlSeconds,
        };
        using var body = new StringContent(draft.ToJsonString(), mediaType: new("application/json"));
        using var answer = await Http().PostAsync("/api/dispatches", body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"the centre refused a dispatch: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("dispatchId").GetGuid();
    }

    /// <summary>One station's ladder in a dispatch: events with their sequence, in the station's order; empty before the first.</summary>
    public async Task<IReadOnlyList<(long Sequence, ReportEvent Event)>> LadderAsync(Guid dispatchId, string stationId)
    {
        var view = await GetAsync($"/api/dispatches/{dispatchId}");
        return [.. view.GetProperty("stations").EnumerateArray()
            .Where(station => station.GetProperty("stationId").GetString() == stationId)
            .SelectMany(station => station.GetProperty("steps").EnumerateArray())
            .Select(step => (step.GetProperty("sequence").GetInt64(), Enum.Parse<ReportEvent>(step.GetProperty("event").GetString()!)))];
    }

    /// <summary>The station as the centre sees it, or null while it does not know it.</summary>
    public async Task<JsonElement?> StationAsync(string stationId)
    {
        foreach (var station in (await GetAsync("/api/stations")).EnumerateArray())
            if (station.GetProperty("stationId").GetString() == stationId)
                return station;
        return null;
    }

    public Task ShowsAsync(Guid dispatchId, string stationId, ReportEvent step, TimeSpan? within = null) => Wait.UntilAsync(
        async () => (await LadderAsync(dispatchId, stationId)).Any(entry => entry.Event == step), $"the centre's ladder of {dispatchId} shows {step}", within);

    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        _earlier.AddRange(_process.Lines());
        _process.Dispose();
        _process = null;
        _http?.Dispose();
        _http = null;
        File.Delete(ReadyFile);
    }

    public IReadOnlyList<string> Lines() => [.. _earlier, .. _process?.Lines() ?? []];

    public void Dispose() => Kill();

    private HttpClient Http()
    {
        if (_http is not null)
            return _http;
        if (!File.Exists(ReadyFile))
            throw new InvalidOperationException("the centre is not ready");
        var address = JsonDocument.Parse(File.ReadAllText(ReadyFile)).RootElement.GetProperty("http").GetString();
        return _http = new HttpClient { BaseAddress = new Uri(address!), Timeout = TimeSpan.FromSeconds(30) };
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http().GetAsync(path, TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            throw new InvalidOperationException($"the centre knows no {path}");
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }
}
