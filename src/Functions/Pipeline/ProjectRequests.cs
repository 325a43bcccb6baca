using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Finds the project of a request.</summary>
public static class ProjectRequests
{
    extension(ProjectDirectory projects)
    {
        /// <summary>A project on which the caller has <paramref name="verb"/>. Refuses an unknown project with 404.1 and others with
        /// 403.1.</summary>
        public async Task<Project> WithAsync(HttpRequest request, Caller caller, string verb, int projectId)
        {
            var project = await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
            caller.Actor.Require(verb, Scope.Of(project.Id));
            return project;
        }
    }
}
