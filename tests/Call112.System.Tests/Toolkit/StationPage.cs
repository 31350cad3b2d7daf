using System.Net.Http.Json;
using System.Text.Json;

namespace Call112.System.Tests.Toolkit;

/// <summary>The panel and the simulated board of a station, as its page sees them.</summary>
public sealed class StationPage(string address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(20) };

    public Task<JsonElement> StationAsync() => GetAsync("/api/station");

    public async Task<bool> IsOnAsync(string output) => (await GetAsync("/api/board")).GetProperty("outputs").GetProperty(output).GetProperty("on").GetBoolean();

    /// <summary>Any output that is energised.</summary>
    public async Task<IReadOnlyList<string>> OutputsOnAsync() =>
        [.. (await GetAsync("/api/board")).GetProperty("outputs").EnumerateObject().Where(output => output.Value.GetProperty("on").GetBoolean()).Select(output => output.Name)];

    /// <summary>Step of an open alert, or null when it is not on the list.</summary>
    public async Task<string?> StepOfAsync(Guid dispatchId)
    {
        foreach (var alert in (await StationAsync()).GetProperty("alerts").EnumerateArray())
            if (alert.GetProperty("dispatchId").GetGuid() == dispatchId)
                return alert.GetProperty("step").GetString();
        return null;
    }

    /// <summary>Presses a button of the cabinet, long enough for the debouncer.</summary>
    public async Task PressAsync(string input) => (await _http.PostAsync($"/api/board/inputs/{input}/press", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    public async Task SetAsync(string input, bool pressed)
    {
        using var body = JsonContent.Create(JsonDocument.Parse($$"""{"pressed":{{(pressed ? "true" : "false")}}}""").RootElement);
        (await _http.PostAsync($"/api/board/inputs/{input}", body, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> GetAsync(string path)
    {
        using var document = JsonDocument.Parse(await _http.GetStringAsync(path, TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }
}
