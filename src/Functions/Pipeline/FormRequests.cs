using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Finds the form of a request by the parts of its route, which are still percent-encoded.</summary>
public static class FormRequests
{
    extension(FormAccess access)
    {
        public Task<ReadableForm> PublishedAsync(HttpRequest request, Caller caller, int project, string form) =>
            access.PublishedAsync(caller.KnownActor, new ProjectId(project), RouteText.Decode(form), request.HttpContext.RequestAborted);

        public Task<ReadableForm> VersionAsync(HttpRequest request, Caller caller, int project, string form, string version) =>
            access.VersionAsync(
                caller.KnownActor,
                new ProjectId(project),
                RouteText.Decode(form),
                RouteText.Decode(version),
                request.HttpContext.RequestAborted
            );

        public Task<ReadableForm> DraftAsync(HttpRequest request, Caller caller, int project, string form) =>
            access.DraftAsync(caller.KnownActor, new ProjectId(project), RouteText.Decode(form), request.HttpContext.RequestAborted);

        /// <summary>A form for which the caller has <paramref name="verb"/>.</summary>
        public Task<Form> WithAsync(HttpRequest request, Caller caller, string verb, int project, string form) =>
            access.WithAsync(caller.KnownActor, verb, new ProjectId(project), RouteText.Decode(form), request.HttpContext.RequestAborted);
    }
}
