using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Call112.Gateway.Options;

namespace Call112.Gateway.Panel;

/// <summary>The way from a verb to the running station: the address of its panel. Whoever asks says which part of the picture it knows.</summary>
internal static class PanelClient
{
    /// <summary>A panel that has not answered by then does not answer.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    /// <summary>The client of a station with these options.</summary>
    public static HttpClient Of(PanelListen panel)
    {
        var host = IPAddress.TryParse(panel.Host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) ? "127.0.0.1" : panel.Host;
        return new HttpClient { BaseAddress = new UriBuilder("http", host, panel.Port).Uri, Timeout = Deadline };
    }

    /// <summary>Asks what the station shows; null if none answers, or in a way that is not understood.</summary>
    public static async Task<T?> AskAsync<T>(HttpClient http, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await http.GetFromJsonAsync("/api/station", type, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
