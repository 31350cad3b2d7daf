using System.Text;
using System.Text.Encodings.Web;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Panel;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// What the post's screen shows in place of the panel while the box is not armed, at the panel's address, so that the same kiosk finds it. The file
/// is read at each request: the page follows what a later run of provisioning says.
/// </summary>
internal sealed class ProblemPage(string problemFile, PanelListen listen)
{
    /// <summary>Folder of the embedded files, which is not served as a whole: only these are.</summary>
    private const string Folder = "provisioning/page/";

    private readonly string _template = Encoding.UTF8.GetString(PageFiles.Read(Folder + "problem.html"));

    /// <summary>Serves until it is asked to stop. Throws when it cannot listen: <see cref="IOException"/> where the address is taken.</summary>
    /// <param name="listening">Called with the address once it listens.</param>
    public async Task ServeAsync(Action<string?> listening, CancellationToken stop)
    {
        await using var app = PanelWeb.Builder(listen).Build();
        Map(app, "/", "text/html; charset=utf-8", () => Encoding.UTF8.GetBytes(Html()));
        Map(app, "/index.html", "text/html; charset=utf-8", () => Encoding.UTF8.GetBytes(Html()));
        var (panel, own, script) = (PageFiles.Read("page/panel.css"), PageFiles.Read(Folder + "problem.css"), PageFiles.Read(Folder + "problem.js"));
        Map(app, "/panel.css", "text/css; charset=utf-8", () => panel);
        Map(app, "/problem.css", "text/css; charset=utf-8", () => own);
        Map(app, "/problem.js", "text/javascript; charset=utf-8", () => script);
        await app.StartAsync(stop);
        listening(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());
        var stopped = new TaskCompletionSource();
        await using (stop.Register(stopped.SetResult))
            await stopped.Task;
        // Nobody waits for a page of this: the kiosk asks again.
        await app.StopAsync(new CancellationToken(canceled: true));
    }

    /// <summary>The page. What files say of themselves is text in it, never markup.</summary>
    internal string Html()
    {
        var problem = ProblemFile.Read(problemFile);
        var texts = ProvisioningTexts.Indonesian;
        var lines = new StringBuilder();
        foreach (var line in problem?.Lines ?? [texts["page.wait"]])
            lines.Append(line.StartsWith("- ", StringComparison.Ordinal) ? "<p class=\"wrong\">" : "<p>").Append(Encoded(line)).Append("</p>\n");
        // The lines go last: nothing in them is looked through for places to fill.
        return _template
            .Replace("{title}", Encoded(texts["title.notReady"]), StringComparison.Ordinal)
            .Replace("{silent}", Encoded(texts["page.silent"]), StringComparison.Ordinal)
            .Replace("{outcome}", Encoded(problem?.Outcome ?? "-"), StringComparison.Ordinal)
            .Replace("{version}", Encoded(Vitals.Version), StringComparison.Ordinal)
            .Replace("{lines}", lines.ToString(), StringComparison.Ordinal);
    }

    private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);

    private static void Map(WebApplication app, string path, string type, Func<byte[]> content) => app.MapGet(path, IResult (HttpContext context) =>
    {
        context.Response.Headers.ContentSecurityPolicy = PageFiles.SecurityPolicy;
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(content(), type);
    });
}
