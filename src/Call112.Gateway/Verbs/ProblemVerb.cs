using System.Net.Sockets;
using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;
using Microsoft.Extensions.Hosting.Systemd;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway problem</c>: in place of the gateway on a box that is not armed. Shows what is wrong at the panel's address and blinks the Pi's
/// lamp, until it is asked to stop; then 0. A port that is taken is tried again, as the panel does.
/// </summary>
internal static class ProblemVerb
{
    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(10);

    /// <param name="File">What provisioning left.</param>
    /// <param name="Listen">Address and port.</param>
    /// <param name="Lamp">Folder of the lamp in sysfs.</param>
    internal sealed record Request(string File, PanelListen Listen, string Lamp);

    /// <param name="listening">Called with the page's address.</param>
    public static async Task<int> RunAsync(
        Request request, TextWriter told, ISystemdNotifier systemd, TimeProvider time, CancellationToken cancel, Action<string?>? listening = null)
    {
        var problem = ProblemFile.Read(request.File);
        told.WriteLine($"Not armed: {problem?.Outcome ?? $"{request.File} says nothing"}");
        var lamp = new ProblemLamp(request.Lamp);
        if (lamp.Blink(problem?.Outcome) is { } dark)
            told.WriteLine($"The lamp does not blink: {dark}");
        var page = new ProblemPage(request.File, request.Listen);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                try
                {
                    await page.ServeAsync(Listening, cancel);
                }
                catch (Exception e) when (e is IOException or InvalidOperationException or SocketException)
                {
                    told.WriteLine($"The page cannot listen on {request.Listen}: {e.Message}; next attempt in {s_retryEvery.TotalSeconds} s");
                    // The lamp is up: nothing waits for a page.
                    systemd.Notify(ServiceState.Ready);
                    await Task.Delay(s_retryEvery, time, cancel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
        finally
        {
            lamp.Rest();
        }

        return CommandLine.Well;

        void Listening(string? address)
        {
            told.WriteLine($"Page on {address}");
            systemd.Notify(ServiceState.Ready);
            listening?.Invoke(address);
        }
    }
}
