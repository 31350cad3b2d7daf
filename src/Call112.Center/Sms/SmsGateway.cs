using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Call112.Messages;
using Call112.Messages.Sms;
using Microsoft.Extensions.Logging;

namespace Call112.Center.Sms;

/// <summary>
/// Hands sealed texts to the city's SMS gateway, one after another, and reads the answers that it brings back.
/// Invariants: never holds up the book (a full queue drops the text, and says so; the book's one repeat follows); each hand-over ends within
/// <see cref="SmsGatewayOptions.HandOverWithin"/>; a command that does not end is killed by its process id. Not its business: when a text is due.
/// </summary>
internal sealed class SmsGateway : IAsyncDisposable
{
    /// <summary>Texts that wait for the gateway.</summary>
    private const int WaitingMax = 256;

    private readonly SmsGatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient? _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(string Station, string Number, string Text)> _waiting =
        Channel.CreateBounded<(string, string, string)>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    private readonly Task _run;

    public SmsGateway(SmsGatewayOptions options, TimeProvider time, ILogger log)
    {
        (_options, _time, _log) = (options, time, log);
        _http = options.Hook is null ? null : new HttpClient { Timeout = SmsGatewayOptions.HandOverWithin, MaxResponseContentBufferSize = 64 * 1024 };
        _run = RunAsync();
    }

    /// <summary>Queues a dispatch for a station. Returns at once.</summary>
    public void Send(string stationId, Dispatch dispatch, long counter)
    {
        if (!_options.Stations.TryGetValue(stationId, out var station))
            return;
        if (!_waiting.Writer.TryWrite((stationId, station.Number, SmsText.Write(dispatch, counter, station.Key))))
            _log.LogError("{Station}: the SMS gateway is {Max} texts behind; this one is dropped", stationId, WaitingMax);
    }

    /// <summary>Finds whose answer a text is, by its seal.</summary>
    /// <param name="refusal">Why it is no answer of any station.</param>
    public SmsAnswer? Read(string? text, out string refusal)
    {
        refusal = "sms: is of no station that the centre has a key of";
        foreach (var station in _options.Stations.Values)
            if (SmsText.IsAnswerOf(text, station.Key))
            {
                if (SmsText.TryReadAnswer(text, station.Key, out var answer, out var reason))
                    return answer;
                refusal = reason;
            }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync();
        await _run;
        _http?.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var (station, number, text) in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                var failure = _options.Hook is not null ? await PostAsync(number, text) : await RunCommandAsync(number, text);
                if (failure is null)
                    _log.LogInformation("{Station}: a text was handed to the SMS gateway", station);
                else
                    _log.LogError("{Station}: the SMS gateway did not take a text: {Failure}", station, failure);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to stop: what waits comes again by the book's repeat.
        }
    }

    private async Task<string?> PostAsync(string number, string text)
    {
        try
        {
            // With its length: not every gateway's small server reads a body in chunks.
            using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new SmsHandOver(number, text), SmsFileJsonContext.Default.SmsHandOver));
            body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, _options.Hook) { Content = body };
            if (_options.HookAuthorization is { } secret)
                request.Headers.TryAddWithoutValidation("Authorization", secret);
            using var answer = await _http!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
            return answer.IsSuccessStatusCode ? null : $"{_options.Hook!.Host} answered {(int)answer.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return $"{_options.Hook!.Host}: {e.Message}";
        }
    }

    private async Task<string?> RunCommandAsync(string number, string text)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(_options.Command![0], [.. _options.Command.Skip(1), number, text]) { UseShellExecute = false, RedirectStandardInput = true };
        using var late = new CancellationTokenSource(SmsGatewayOptions.HandOverWithin, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        var started = false;
        try
        {
            started = process.Start();
            process.StandardInput.Close();
            await process.WaitForExitAsync(ended.Token);
            return process.ExitCode == 0 ? null : $"{_options.Command[0]} ended with {process.ExitCode}";
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return $"{_options.Command[0]}: {e.Message}";
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return $"{_options.Command[0]} did not end within {SmsGatewayOptions.HandOverWithin.TotalSeconds:0} s and was killed";
        }
        finally
        {
            if (started && !process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
