using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Call112.Center.Api;

namespace Call112.Center.Terminal;

/// <summary>What the verbs need of a running centre, over its own HTTP API.</summary>
internal sealed class CenterClient : IDisposable
{
    private readonly HttpClient _http;

    /// <exception cref="CenterStartException">The address is none.</exception>
    public CenterClient(string center, string? key)
    {
        if (!Uri.TryCreate(center, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CenterStartException($"--center '{center}' is no http address");
        _http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (key is not null)
            _http.DefaultRequestHeaders.Add(ApiGuard.KeyHeader, key);
    }

    /// <summary>Deadline of a request that is no stream.</summary>
    public static TimeSpan ReplyWithin => TimeSpan.FromSeconds(10);

    /// <returns>The answer's body, or why it was refused, in words.</returns>
    public async Task<(T? Answer, string? Refusal)> PostAsync<T>(string path, string? json, JsonTypeInfo<T> type, TimeProvider time, CancellationToken cancel)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var deadline = Deadline(time, cancel);
        using var response = await _http.SendAsync(request, deadline.Token);
        var body = await response.Content.ReadAsStringAsync(deadline.Token);
        return response.IsSuccessStatusCode ? (JsonSerializer.Deserialize(body, type), null) : (null, Refusal((int)response.StatusCode, body));
    }

    /// <summary>A request that is answered by a status alone.</summary>
    /// <returns>Why it was refused, in words; null when it was not.</returns>
    public async Task<string?> PostAsync(string path, byte[] json, TimeProvider time, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var deadline = Deadline(time, cancel);
        using var response = await _http.SendAsync(request, deadline.Token);
        return response.IsSuccessStatusCode ? null : Refusal((int)response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
    }

    /// <exception cref="HttpRequestException">Not reached or refused.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, TimeProvider time, CancellationToken cancel)
        where T : class
    {
        using var deadline = Deadline(time, cancel);
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), deadline.Token);
        var body = await response.Content.ReadAsStringAsync(deadline.Token);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(body, type) ?? throw new HttpRequestException("an empty answer")
            : throw new HttpRequestException(Refusal((int)response.StatusCode, body));
    }

    /// <summary>Every change from now on; the first item, with both empty, says that nothing is missed from there on.</summary>
    public async IAsyncEnumerable<CenterChange> StreamAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/stream");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(Refusal((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancel)));
        yield return new CenterChange(null, null);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancel))
            yield return item.EventType == "dispatch"
                ? new CenterChange(JsonSerializer.Deserialize(item.Data, ApiJsonContext.Default.DispatchView), null)
                : new CenterChange(null, JsonSerializer.Deserialize(item.Data, ApiJsonContext.Default.StationView));
    }

    public void Dispose() => _http.Dispose();

    private static CancellationTokenSource Deadline(TimeProvider time, CancellationToken cancel)
    {
        // The pair lives for one request; the outer one ends with the process.
        var deadline = new CancellationTokenSource(ReplyWithin, time);
        cancel.Register(deadline.Cancel);
        return deadline;
    }

    private static string Refusal(int status, string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            var lines = new StringBuilder();
            if (problem.RootElement.TryGetProperty("errors", out var errors))
                foreach (var field in errors.EnumerateObject())
                    foreach (var reason in field.Value.EnumerateArray())
                        lines.Append(lines.Length > 0 ? "\n" : "").Append(field.Name.Length > 0 ? field.Name + ": " : "").Append(reason.GetString());
            if (lines.Length == 0 && problem.RootElement.TryGetProperty("detail", out var detail))
                lines.Append(detail.GetString());
            if (lines.Length == 0 && problem.RootElement.TryGetProperty("title", out var title))
                lines.Append(title.GetString());
            return lines.Length > 0 ? lines.ToString() : $"HTTP {status}";
        }
        catch (JsonException)
        {
            return $"HTTP {status}";
        }
    }
}
